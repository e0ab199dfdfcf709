"""The panel's code as browsers get it: all modules of js/ and the stylesheets in one answer."""
