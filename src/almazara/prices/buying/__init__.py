"""Series and forecasts -> buy now or wait."""
