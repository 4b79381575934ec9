/*
 * The many-to-many ring of MpmcCore, MpmcTickets and the search of MpmcProgress, whose users may die between any two
 * steps. What was accepted is taken to its end once, if a consumer lives, and nobody is stuck: a producer waits for
 * room only where a message is in its way, also where there is no consumer at all (N=0). With CLOSE somebody
 * closes the ring (X) at any moment.
 *
 * Left out: sleeping (mpmc-waiting.pml has it), the payload, the count of attempts, messages given back, dropping what
 * is in the ring, a limit below the capacity, the search for what is released. An entry holds the position itself
 * instead of its lap, which says the same for one index. Whether somebody is dead is known at once, and the dead are
 * swept some time later; their slots are not used again. Who sweeps or closes does not die: another one would
 * begin anew.
 *
 * -DNONAME: who claims on top of an unfinished claim does not name its producer. -DNONAMEATCLOSE: who closes does not.
 * -DBLIND: a name is written without a look whether its position is unfinished still, over one of a later lap.
 *
 *   search     -DP=2 -DN=2 -DEACH=1 -DDEATHS=1
 *   search     -DP=1 -DN=2 -DEACH=3 -DDEATHS=2
 *   search     -DP=2 -DN=1 -DEACH=2 -DDEATHS=1
 *   search     -DP=2 -DN=1 -DFIRST=1 -DEACH=2 -DDEATHS=2
 *   search     -DP=3 -DN=0 -DEACH=1 -DDEATHS=2
 *   search     -DP=2 -DN=1 -DEACH=2 -DDEATHS=0 -DCLOSE=1
 *   search     -DP=2 -DN=1 -DEACH=1 -DDEATHS=1 -DCLOSE=1
 *   quick      -DP=1 -DN=1 -DEACH=3 -DDEATHS=1
 *   unreached  Producer ended[content[(at%2)]] = 1
 *   unreached  Producer left = (left-1)
 *   unreached  Producer dead[me] = 1
 *   unreached  Consumer dead[me] = 1
 *   unreached  Sweep dead[me] = 1
 *   fault      -DNONAME -DN=1
 *   fault      -DNONAMEATCLOSE -DP=1 -DN=1 -DCLOSE=1
 *   fault      -DBLIND -DP=2 -DN=1 -DEACH=2 -DDEATHS=0 -DCLOSE=1
 */
#ifndef P
#define P 2 /* producers */
#endif
#ifndef N
#define N 2 /* consumers */
#endif
#ifndef EACH
#define EACH 1 /* messages of each producer */
#endif
#ifndef FIRST
#define FIRST EACH /* messages of the first one, who may die */
#endif
#ifndef DEATHS
#define DEATHS 1
#endif
#ifndef CLOSE
#define CLOSE 0
#endif
#define IS_MORTAL(who) (who == 1 || who == P + 1) /* all of a kind are alike: one of each is enough */
#define C 2
#define FREE 0
#define FULL 1
#define ABORTED 2
#define ORPHAN 0           /* names nobody who lives */
#define NOBODY 255
#define CLOSED 254         /* in the tail, instead of who made the last claim */
#define STALE 3            /* what was read where the tail has moved since */
#define MESSAGES (P * EACH)
#define PRODUCER 0         /* where the entries of a side begin */
#define CONSUMER C
#define UNFINISHED(p) (sequence[(p) % C] == (p))

byte tail, tailBy, head, headBy; /* position, and who made the last claim */
byte sequence[C], state[C];
byte entry[2 * C], named[2 * C]; /* position + 1, and who; 0: never written */
bool owed; byte version;         /* the redelivery word */
byte content[C];
bool dead[1 + P + N];
bool accepted[1 + MESSAGES], ended[1 + MESSAGES];
bool swept[1 + P + N];
byte deaths, living, sweeps;
byte left; /* messages that were accepted and not taken to their end */

inline mayDie() {
    if
    :: atomic { IS_MORTAL(me) && deaths < DEATHS -> deaths++; dead[me] = true };
        goto died
    :: skip
    fi
}

/* (A) */
inline attribute(side, p, whom) {
    do
    :: atomic { e = entry[side + (p) % C]; b = named[side + (p) % C] };
        if
        :: e == (p) + 1 -> break
        :: else ->
            if
#ifdef BLIND
            :: true ->
#else
            :: UNFINISHED(p) ->
#endif
                atomic {
                    ok = (entry[side + (p) % C] == e && named[side + (p) % C] == b);
                    if
                    :: ok -> entry[side + (p) % C] = (p) + 1; named[side + (p) % C] = whom
                    :: else
                    fi
                };
                if
                :: ok -> break
                :: else
                fi
            :: else -> break
            fi
        fi
    od;
    e = 0; b = 0
}

/* owner = who has claimed p; where nobody is named who should be, an assertion fails */
inline ownerOf(side, last, lastBy, p, finished) {
    atomic { e = last; b = lastBy };
    atomic {
        if
        :: entry[side + (p) % C] == (p) + 1 -> owner = named[side + (p) % C]; e = 255
        :: else
        fi
    };
    if
    :: e == 255
    :: e != 255 && e == (p) + 1 -> owner = (b == CLOSED -> ORPHAN : b)
    :: e != 255 && e <= (p) -> owner = NOBODY
    :: e != 255 && e > (p) + 1 -> atomic { assert(finished); owner = NOBODY }
    fi;
    e = 0; b = 0
}

#define IS_PUBLISHED(p) !(UNFINISHED(p) && state[(p) % C] == FREE)

inline abort(p) { /* (B) */
    atomic {
        if
        :: UNFINISHED(p) && state[(p) % C] == FREE -> state[(p) % C] = ABORTED
        :: else
        fi
    }
}

/* ok = whether the position is the heir's now */
inline takeOver(p, from, heir) { /* (R) */
    ok = false;
    if
    :: UNFINISHED(p) ->
        attribute(CONSUMER, p, from);
        mayDie();
        atomic {
            ok = (entry[CONSUMER + (p) % C] == (p) + 1 && named[CONSUMER + (p) % C] == from);
            if
            :: ok -> named[CONSUMER + (p) % C] = heir
            :: else
            fi
        }
    :: else
    fi
}

/* (D) of p, which is of whoever does it */
inline release(p, was) {
    atomic {
        assert(UNFINISHED(p));
        if
        :: was == FULL ->
            assert(accepted[content[(p) % C]] && !ended[content[(p) % C]]);
            ended[content[(p) % C]] = true;
            left--
        :: else -> assert(was == ABORTED)
        fi;
        sequence[(p) % C] = (p) + C;
        state[(p) % C] = FREE
    }
}

/* Without a consumer a producer waits for ever where a message is in its way, and only there. */
#define NO_HOPE (living == 0 && left > 0)

proctype Producer(byte me) {
    byte n, at, by, e, b, owner, was;
    bool ok, ready;
    do
    :: n < (me == 1 -> FIRST : EACH) ->
        atomic { at = tail; by = tailBy };
        if
        :: by == CLOSED -> break
        :: else
        fi;
        atomic { /* (F) */
            ready = (UNFINISHED(at) && state[at % C] == FREE);
            was = (sequence[at % C] + C == at -> state[at % C] : STALE)
        };
        if
        :: ready ->
#ifndef NONAME
            if
            :: at > 0 && UNFINISHED(at - 1) && state[(at - 1) % C] == FREE ->
                attribute(PRODUCER, at - 1, by);
                mayDie()
            :: else
            fi;
#endif
            atomic { /* (P) */
                ok = (tail == at && tailBy == by);
                if
                :: ok -> tail = at + 1; tailBy = me
                :: else
                fi
            };
            if
            :: ok ->
                mayDie();
                content[at % C] = (me - 1) * EACH + n + 1;
                mayDie();
                atomic { /* (E) */
                    assert(UNFINISHED(at) && state[at % C] == FREE);
                    state[at % C] = FULL;
                    accepted[content[at % C]] = true;
                    left++
                };
                mayDie();
                n++
            :: else
            fi
        :: !ready && tail == at && tailBy == by -> /* full: see to what is in the way, one lap before */
            assert(was != STALE);
            at = at - C;
            if
            :: was == FREE -> ownerOf(PRODUCER, tail, tailBy, at, IS_PUBLISHED(at))
            :: else -> ownerOf(CONSUMER, head, headBy, at, !UNFINISHED(at))
            fi;
            if
            :: owner == NOBODY && was == ABORTED -> /* take it out, if it is its turn */
                atomic { by = headBy; ready = (head == at) };
                assert(at == 0 || !UNFINISHED(at - 1)); /* a lap later it is claimed again: nobody to be named */
                atomic { /* (C) */
                    ok = (ready && head == at && headBy == by);
                    if
                    :: ok -> head = at + 1; headBy = me
                    :: else
                    fi
                };
                if
                :: ok -> mayDie(); release(at, ABORTED)
                :: else ->
                    if
                    :: head >= at || tailBy == CLOSED
                    :: NO_HOPE -> break
                    fi
                fi
            :: owner == NOBODY && was != ABORTED -> /* a message is: wait until there is something to be seen */
                if
                :: !UNFINISHED(at) || state[at % C] != was || head > at || tailBy == CLOSED
                :: NO_HOPE -> break
                fi
            :: owner != NOBODY && !dead[owner] -> /* wait for it */
                (dead[owner] || !UNFINISHED(at) || state[at % C] != was)
            :: owner != NOBODY && dead[owner] && was == FREE -> abort(at)
            :: owner != NOBODY && dead[owner] && was == ABORTED ->
                takeOver(at, owner, me);
                if
                :: ok -> mayDie(); release(at, ABORTED)
                :: else
                fi
            :: owner != NOBODY && dead[owner] && was == FULL ->
                atomic { owed = true; version++ };
                if
                :: !UNFINISHED(at) || tailBy == CLOSED
                :: NO_HOPE -> break
                fi
            fi
        :: !ready && (tail != at || tailBy != by)
        fi;
        atomic { at = 0; by = 0; was = 0; owner = 0; ok = false; ready = false }
    :: else -> break
    od;
died:
    atomic { n = 0; at = 0; by = 0; was = 0; owner = 0; ok = false; ready = false }
}

/* What there is for a consumer to do; it sleeps while there is nothing, and ends when nobody does anything. */
#define AT_HEAD (UNFINISHED(head) && (state[head % C] != FREE || tail > head))

proctype Consumer(byte me) {
    byte at, by, e, b, owner, seen, was;
    byte searched, from; /* how far a search has come, and for which announcement */
    bool ok, ready;
    do
    :: timeout -> break
    :: owed ->
        atomic {
            seen = version;
            by = head;
            at = (by > C -> by - C : 0);
            at = (searched == seen && from > at -> from : at)
        };
        do
        :: atomic { at < by && !(UNFINISHED(at) && state[at % C] != FREE) -> at++ }
        :: atomic { at < by && UNFINISHED(at) && state[at % C] != FREE -> owner = NOBODY };
            ownerOf(CONSUMER, head, headBy, at, !UNFINISHED(at));
            if
            :: owner != NOBODY && dead[owner] ->
                takeOver(at, owner, me);
                if
                :: ok -> atomic { was = state[at % C]; searched = seen; from = at + 1; goto taken }
                :: else
                fi
            :: else -> at++
            fi
        :: at >= by -> break
        od;
        atomic {
            if
            :: version == seen -> owed = false
            :: else
            fi;
            searched = 0; /* what comes now is another announcement */
            from = 0
        }
    :: AT_HEAD && !owed ->
        atomic { at = head; by = headBy };
        atomic { ready = UNFINISHED(at); was = state[at % C] };
        if
        :: ready && was != FREE ->
            if
            :: at > 0 && UNFINISHED(at - 1) ->
                attribute(CONSUMER, at - 1, by);
                mayDie()
            :: else
            fi;
            atomic { /* (C) */
                ok = (head == at && headBy == by);
                if
                :: ok -> head = at + 1; headBy = me
                :: else
                fi
            };
            if
            :: ok -> goto taken
            :: else -> goto next
            fi
        :: ready && was == FREE ->
            ownerOf(PRODUCER, tail, tailBy, at, IS_PUBLISHED(at));
            if
            :: owner != NOBODY && dead[owner] -> abort(at)
            :: owner != NOBODY && !dead[owner] -> /* wait for it */
                (dead[owner] || head != at || IS_PUBLISHED(at))
            :: else
            fi;
            goto next
        :: else -> goto next
        fi;
taken:  mayDie();
        release(at, was);
        mayDie();
next:   atomic { at = 0; by = 0; was = 0; owner = 0; seen = 0; ok = false; ready = false }
    od;
    goto over;
died:
    living--;
over:
    atomic { at = 0; by = 0; was = 0; owner = 0; seen = 0; searched = 0; from = 0; ok = false; ready = false }
}

proctype Closer() {
    byte at, by, e, b;
    bool ok;
    do
    :: atomic { at = tail; by = tailBy };
#ifndef NONAMEATCLOSE
        if
        :: at > 0 && UNFINISHED(at - 1) && state[(at - 1) % C] == FREE -> attribute(PRODUCER, at - 1, by)
        :: else
        fi;
#endif
        atomic { /* (X) */
            ok = (tail == at && tailBy == by);
            if
            :: ok -> tailBy = CLOSED
            :: else
            fi
        };
        if
        :: ok -> break
        :: else
        fi
    od
}

/* What the region does for the dead. */
proctype Sweep(byte me) {
    byte at, by, e, b, owner, who;
    bool ok, ready;
    do
    :: timeout -> break
    :: sweeps < deaths ->
        atomic { /* the dead claim nothing more: when the tail is read does not matter */
            who = 1;
            do
            :: !dead[who] || swept[who] -> who++
            :: else -> break
            od;
            owed = true;
            version++;
            by = tail;
            at = (by > C -> by - C : 0)
        };
        do
        :: atomic { at < by && !UNFINISHED(at) -> at++ }
        :: atomic { at < by && UNFINISHED(at) -> ready = (state[at % C] == FREE) };
            if
            :: ready ->
                ownerOf(PRODUCER, tail, tailBy, at, IS_PUBLISHED(at));
                if
                :: owner == who -> abort(at)
                :: else
                fi
            :: !ready ->
                ownerOf(CONSUMER, head, headBy, at, !UNFINISHED(at));
                if
                :: owner == who -> takeOver(at, who, ORPHAN)
                :: else
                fi
            fi;
            at++
        :: at >= by -> break
        od;
        atomic { swept[who] = true; sweeps++; at = 0; by = 0; who = 0; owner = 0; ok = false; ready = false }
    od;
died: skip
}

init {
    byte i;
    atomic {
        dead[ORPHAN] = true;
        living = N;
        do
        :: i < C -> sequence[i] = i; i++
        :: else -> break
        od;
        i = 1;
        do
        :: i <= P -> run Producer(i); i++
        :: i > P && i <= P + N -> run Consumer(i); i++
        :: else -> break
        od;
        if
        :: CLOSE -> run Closer()
        :: else
        fi;
        run Sweep(0)
    };
    _nr_pr == 1;
    i = 1;
    do
    :: i <= MESSAGES && living > 0 -> assert(!accepted[i] || ended[i]); i++
    :: else -> break
    od
}
