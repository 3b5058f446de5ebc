"""The composition root: settings and adapters become the services that entry points use."""
