"""The domain: records, stores, rules. Knows neither ComfyUI, HTTP, nor any plugin."""
