import polars as pl
import pytest

from almazara.errors import ContractError
from almazara.frames import require_columns, written

SCHEMA = {"id": pl.Int64, "title": pl.String}


def test_the_right_columns_pass_in_any_order_and_with_others_beside_them():
    require_columns(pl.DataFrame({"other": [1.0], "title": ["a"], "id": [1]}), SCHEMA, "films")


def test_a_missing_column_is_named():
    with pytest.raises(ContractError, match="films lacks the columns title"):
        require_columns(pl.DataFrame({"id": [1]}), SCHEMA, "films")


def test_a_column_of_another_type_is_named_with_both_types():
    with pytest.raises(ContractError, match="id is String, not Int64"):
        require_columns(pl.DataFrame({"id": ["1"], "title": ["a"]}), SCHEMA, "films")


@pytest.mark.parametrize("write", [pl.DataFrame.write_parquet, pl.DataFrame.write_ipc, pl.DataFrame.write_csv])
def test_a_full_disk_is_an_error_of_the_machine_whatever_is_written(write):
    with pytest.raises(OSError, match="No space left"), written():
        write(pl.DataFrame({"id": range(100_000)}), "/dev/full")
