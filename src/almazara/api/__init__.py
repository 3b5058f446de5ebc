"""The web API: routes that parse, call a service and send its bytes."""
