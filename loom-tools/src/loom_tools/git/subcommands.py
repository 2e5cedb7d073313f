"""The git subcommands that a model may give, with every option that each of them takes.

What is not listed is refused. A name of one letter is a short option. ``=`` means that a value
follows, in the same word or the next; ``?`` that one may follow in the same word.
"""

from collections.abc import Mapping
from types import MappingProxyType

_DIFF = (
    "p u U= patch no-patch s raw stat? shortstat numstat dirstat? summary name-only name-status "
    "unified= M? C? find-renames? no-renames w b ignore-all-space ignore-space-change "
    "ignore-blank-lines word-diff? color-words minimal histogram patience diff-algorithm= "
    "diff-filter= S= G= pickaxe-all R relative? a text binary full-index abbrev? no-prefix exit-code "
    "q quiet check cached staged merge-base no-color color? function-context W z inter-hunk-context="
)
_LOG = (
    "n= max-count= skip= since= after= until= before= author= committer= grep= i E F P all-match "
    "invert-grep oneline pretty? format= abbrev-commit no-abbrev-commit decorate? no-decorate graph "
    "all branches? tags? remotes? merges no-merges first-parent follow reverse topo-order date-order "
    "author-date-order date= left-right cherry-pick cherry-mark ancestry-path no-walk c cc m "
    "simplify-by-decoration full-history L= source left-only right-only count not exclude= "
    "relative-date boundary parents children min-parents= max-parents= no-mailmap mailmap"
)
_MERGE = (
    "abort continue quit ff no-ff ff-only squash no-squash no-commit commit no-edit m= message= s= "
)
_PICK = "n no-commit x m= mainline= abort continue skip quit no-edit signoff s ff allow-empty"

_TABLE: dict[str, str] = {
    "add": "A all u update n dry-run v verbose f force N intent-to-add refresh ignore-errors chmod= "
    "no-all ignore-removal renormalize",
    "apply": "check stat numstat summary R reverse p= 3way cached index reject whitespace= recount v "
    "verbose directory= include= exclude= ignore-whitespace",
    "blame": "L= l t n s e w M? C? p porcelain line-porcelain show-email show-name show-number since= "
    "date= abbrev= root reverse first-parent incremental",
    "branch": "a r all remotes v vv verbose list l show-current d D delete m M move c C copy f force "
    "contains? no-contains? merged? no-merged? sort= points-at= format= q quiet abbrev= column? "
    "no-color no-track",
    "cat-file": "t s e p",
    "check-ignore": "v verbose n non-matching no-index q",
    "checkout": "b= B= f force q quiet m merge detach d orphan= ours theirs no-track l no-guess guess p",
    "cherry": "v abbrev=",
    "cherry-pick": _PICK,
    "clean": "n dry-run f force d x X q quiet e= exclude=",
    "commit": "m= message= a all amend allow-empty allow-empty-message no-edit s signoff q quiet v "
    "verbose n no-verify F= file= author= date= fixup= squash= o only i include dry-run short "
    "porcelain reset-author no-status C= reuse-message= u? untracked-files?",
    "config": "get get-all show-origin show-scope local",
    "count-objects": "v verbose H human-readable",
    "describe": "all tags contains abbrev= exact-match long match= exclude= always dirty? broken? "
    "first-parent candidates= debug",
    "diff": _DIFF,
    "diff-tree": f"{_DIFF} r t root m c cc no-commit-id v",
    "fetch": "all p prune t tags no-tags depth= deepen= unshallow q quiet v verbose n dry-run f force "
    "a append",
    "for-each-ref": "count= sort= format= points-at= merged= no-merged= contains= no-contains=",
    "fsck": "full no-full strict unreachable dangling no-dangling root tags cache no-reflogs verbose",
    "gc": "q quiet auto prune? no-prune",
    "grep": "n line-number i ignore-case w word-regexp v invert-match E extended-regexp F "
    "fixed-strings G basic-regexp P perl-regexp l files-with-matches L files-without-match c count "
    "o only-matching h H A= B= C= context= after-context= before-context= e= cached untracked "
    "max-depth= heading break all-match and or not p W r recursive max-count= m= column q full-name "
    "no-color",
    "init": "q quiet b= initial-branch=",
    "log": f"{_LOG} {_DIFF}",
    "ls-files": "c cached d deleted m modified o others i ignored s stage u unmerged k killed "
    "exclude-standard x= exclude= full-name t v z error-unmatch abbrev? deduplicate eol directory",
    "ls-tree": "d r t l long z name-only name-status full-name full-tree abbrev? object-only format=",
    "merge": f"{_MERGE} X= strategy= strategy-option= q quiet v verbose stat n no-stat "
    "allow-unrelated-histories signoff log? no-log",
    "merge-base": "a all octopus is-ancestor fork-point independent",
    "mv": "f force k n dry-run v verbose",
    "name-rev": "tags refs= exclude= all name-only no-undefined always",
    "pull": "ff no-ff ff-only rebase? no-rebase q quiet v verbose p prune t tags no-tags no-edit "
    "squash no-commit depth= autostash no-autostash",
    "push": "n dry-run v verbose q quiet porcelain tags follow-tags atomic all no-progress",
    "range-diff": "no-dual-color creation-factor= left-only right-only s no-patch stat",
    "rebase": "onto= abort continue skip quit show-current-patch m merge keep-base no-ff "
    "strategy= s= X= strategy-option= q quiet v verbose stat n no-stat root autostash no-autostash "
    "update-refs committer-date-is-author-date empty= no-keep-empty fork-point no-fork-point",
    "reflog": f"n= date= oneline pretty? format= all expire= expire-unreachable= dry-run rewrite "
    f"updateref stale-fix {_LOG}",
    "remote": "v verbose all push",
    "reset": "soft mixed hard merge keep q quiet N intent-to-add",
    "restore": "s= source= S staged W worktree q quiet ours theirs m merge ignore-unmerged p overlay "
    "no-overlay",
    "rev-list": f"{_LOG} objects count use-bitmap-index disk-usage? header timestamp",
    "rev-parse": "abbrev-ref? short? verify q quiet show-toplevel show-prefix show-cdup is-bare-repository "
    "is-inside-work-tree is-inside-git-dir symbolic-full-name symbolic all branches? tags? revs-only "
    "no-revs git-path= default= is-shallow-repository absolute-git-dir git-dir",
    "revert": _PICK,
    "rm": "r f force cached n dry-run q quiet ignore-unmatch",
    "shortlog": f"s summary n numbered e email c group= w? {_LOG}",
    "show": f"{_LOG} {_DIFF}",
    "show-ref": "heads tags head verify q quiet s hash? d dereference abbrev?",
    "stash": f"m= message= k keep-index no-keep-index u include-untracked a all q quiet index S staged "
    f"{_DIFF}",
    "status": "s short b branch porcelain? long u? untracked-files? ignored? z v verbose renames "
    "no-renames ahead-behind no-ahead-behind show-stash column? no-column",
    "switch": "c= create= C= force-create= d detach f force discard-changes m merge q quiet no-track "
    "orphan= guess no-guess ignore-other-worktrees",
    "tag": "a annotate m= message= F= file= l list n? d delete f force contains? no-contains? merged? "
    "no-merged? sort= points-at= format= column? i cleanup=",
    "version": "build-options",
    "worktree": "porcelain v verbose z",
}


def options_of(subcommand: str) -> Mapping[str, str] | None:
    """The options of a subcommand by name, each with ``=``, ``?`` or nothing; None is no subcommand."""
    table = _TABLE.get(subcommand)
    if table is None:
        return None
    found = {word.rstrip("=?"): word[len(word.rstrip("=?")) :] for word in table.split()}
    return MappingProxyType(found)


def known_subcommands() -> list[str]:
    """The subcommands that may be given."""
    return sorted(_TABLE)
