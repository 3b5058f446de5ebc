"""Store, forecasts and policies -> what pages and routes show, one module for each kind of question."""
