"""Simulated walls from labelled photographs: what the likeness rules say of honest, memorised and cooked versions."""
