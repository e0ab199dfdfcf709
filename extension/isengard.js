/** What ComfyUI's page imports: the panel, whose modules (js/) Isengard's server gives out as one (web/panel_code). */

import "../../api/isengard/panel.js";
