"""Words that say nothing of a title, in the languages that most titles are in; of three letters and more.

A word of one language that means something in another stays: `die`, `man`, `war` and `son` are English words here, and
most titles are in English.
"""

from typing import Final

_WORDS: Final = """
about all and any are but can could did does down for from get gets goes had has have her here him his how into its
just like more most nor not off once only other our out over she should some than that the their them then there
these they this those through too under until upon was were what when where which while who whose why will with
without would yet you your
aquel con cuando cuanto del donde ella ellos entre esa ese esta este esto estos hasta las los más mis muy nos para
pero por porque que quien sobre sus también todo todos una unas uno unos
aux avec car ces cette chez dans des elle est être les leur leurs lui mais mes mon notre nous pas plus pour que qui
quoi sans ses sont sur tout tous une vos votre vous
als auch auf aus bei bin das dass dem den der des durch ein eine einem einen einer eines für ich ihr ist mein mit
nach nicht noch oder sich sie sind über und uns unter vom von vor wenn wie wir zum zur zwischen
agli alla alle anche che chi degli dei del della delle dello gli nel nella nelle non per più quando quella quello
questa questo sul sulla suo sua tra una uno
aos com das dos ela ele essa esse isso mais meu minha nas não nos onde para pela pelo quem sem seu seus sua suas uma
umas uns você
"""
STOP_WORDS: Final = frozenset(_WORDS.split())
