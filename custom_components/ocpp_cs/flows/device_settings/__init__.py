"""The charger's own settings in its form: they are listed, and written one by one."""
