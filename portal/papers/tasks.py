"""What the worker is told to do."""

from django_tasks import task

from portal.papers.making import make


@task()
def print_paper(printing_id: int) -> None:
    """Make a paper. Harmless when told twice, and of a paper that is made."""
    make(printing_id)
