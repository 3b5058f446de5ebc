"""ALS on Spark, for ratings that outgrow one machine: the local model's objective and answers."""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from almazara.errors import MissingExtraError
from almazara.movies.users.models.als import Als, FittedAls
from almazara.spark import spark_session

try:
    import pyarrow as pa
    from pyspark.ml.recommendation import ALS
    from pyspark.sql import SparkSession
except ImportError as error:
    raise MissingExtraError("spark", "ALS on Spark") from error

_USER, _FILM, _WEIGHT = "user", "film", "weight"


@dataclass(frozen=True, slots=True)
class SparkAls:
    """Fits with `pyspark.ml` and answers as the local model does: profiles are folded in here, without a cluster.

    Attributes:
        parameters: Those of the local model.
        master: As for `spark_session`.
    """

    name: str = "als_spark"
    parameters: Als = field(default_factory=Als)
    master: str | None = None

    def fit(self, interactions: sparse.csr_array, content: sparse.csr_array) -> FittedAls:  # noqa: ARG002
        """See UserModel; content is not looked at."""
        with spark_session(self.master) as session:
            warm, factors = self._fitted(session, interactions)
        return FittedAls(interactions.shape[1], warm, factors, self.parameters.alpha, self.parameters.ridge)

    def _fitted(self, session: SparkSession, interactions: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
        entries = interactions.tocoo()
        columns = {_USER: entries.row, _FILM: entries.col, _WEIGHT: entries.data}
        rated = session.createDataFrame(pa.table({name: pa.array(values) for name, values in columns.items()}))
        als = ALS(
            rank=self.parameters.n_factors,
            maxIter=self.parameters.iterations,
            regParam=self.parameters.ridge,
            alpha=self.parameters.alpha,
            implicitPrefs=True,
            seed=self.parameters.seed,
            userCol=_USER,
            itemCol=_FILM,
            ratingCol=_WEIGHT,
        )
        found = als.fit(rated).itemFactors.orderBy("id").toArrow()
        factors = np.array(found["features"].to_pylist(), dtype=np.float32)
        return found["id"].to_numpy().astype(np.int32), factors
