/*
 * The many-to-many ring of MpmcCore with the sleeping of MpmcWaiting. Nobody dies, and there are no ticks: what
 * a lost wake leaves behind is an end state in which somebody sleeps, which spin reports.
 *
 * Left out: the payload, the names of who claims (mpmc-deaths.pml has them), closing, deadlines. A short sleep, which is
 * allowed where somebody else may be between his CAS and his release, ends here when that release is made or
 * the place is claimed, and not before: one that waits for nothing is reported, too.
 *
 * Each operation may be a lasting one, which takes its time: it leaves the announcement where it is, and looks for one after
 * its release.
 *
 * -DTAKEN: a lasting one takes the announcement away when it begins, and nobody owes the wake.
 *
 *   search     -DP=2 -DN=1 -DEACH=2
 *   search     -DP=1 -DN=2 -DEACH=4
 *   quick      -DP=1 -DN=1 -DEACH=3
 *   unreached  Producer sequence[(at%2)] = (at+2)
 *   unreached  Producer taken = (taken+1)
 *   unreached  Consumer put = (put+1)
 *   unreached  Producer ready = 0
 *   unreached  Producer seen = 0
 *   unreached  Producer unchanged = 0
 *   fault      -DTAKEN
 */
#ifndef P
#define P 2 /* producers */
#endif
#ifndef N
#define N 1 /* consumers */
#endif
#ifndef EACH
#define EACH 2 /* messages of each producer; P * EACH is a multiple of N */
#endif
#define C 2
#define TAIL 0 /* producers claim here; consumers announce themselves here, and sleep on the item epoch */
#define HEAD 1 /* and the other way round */
#define IS_READY(p, wanted) (sequence[(p) % C] == (p) && isFull[(p) % C] == wanted)

byte position[2];
bit waiting[2];
byte epoch[2];
byte sequence[C]; /* the position that the index belongs to */
bit isFull[C];
bool asleep[P + N];
byte put, taken;

inline wakeAll(word) {
    atomic { /* (N) */
        epoch[word]++;
        k = (word == TAIL -> P : 0);
        do
        :: k < (word == TAIL -> P + N : P) -> asleep[k] = false; k++
        :: else -> break
        od;
        k = 0
    }
}

/* A look: claims what is ready, or finds that nothing is. */
inline look(word, wanted) {
    do
    :: atomic { at = position[word]; owes = waiting[word] };
        atomic { ready = IS_READY(at, wanted) };
        if
        :: ready ->
            atomic { /* (P), (C) */
                if
                :: position[word] == at && waiting[word] == owes ->
                    position[word] = at + 1;
#ifdef TAKEN
                    waiting[word] = 0;
#else
                    waiting[word] = owes && lasting;
#endif
                    owes = owes && !lasting;
                    got = true
                :: else
                fi
            };
            if
            :: got -> break
            :: else
            fi
        :: else ->
            atomic { unchanged = (position[word] == at) };
            if
            :: unchanged -> break
            :: else
            fi
        fi
    od
}

/* Publishes what was claimed, or releases it, and wakes whom it owes a wake. */
inline end(word, wanted) {
    atomic { /* (E), (D) */
        assert(IS_READY(at, wanted));
        if
        :: word == TAIL -> isFull[at % C] = 1; put++
        :: word == HEAD -> isFull[at % C] = 0; sequence[at % C] = at + C; taken++
        fi
    };
    if
    :: lasting -> atomic { owes = waiting[word]; waiting[word] = 0 } /* (L) */
    :: else
    fi;
    if
    :: owes -> wakeAll(word)
    :: else
    fi;
    atomic { at = 0; got = 0; owes = 0; ready = 0; lasting = 0 }
}

inline sleep(word, wanted, size) {
    atomic { brief = size };
    atomic { /* (Z) */
        if
        :: epoch[1 - word] == seen -> asleep[me] = true
        :: else
        fi
    };
    if
    :: atomic { !asleep[me] -> woken = 1 }
    :: atomic { asleep[me] && brief && (position[word] != at || IS_READY(at, wanted)) -> asleep[me] = false }
    fi;
    atomic { at = 0; seen = 0; ready = 0; unchanged = 0; brief = 0 }
}

inline untilGot(word, wanted, size) {
    do
    :: seen = epoch[1 - word]; /* (R) */
        if
        :: !woken -> waiting[1 - word] = 1 /* (W) */
        :: else /* looks once without */
        fi;
        look(word, wanted);
        if
        :: got -> break
        :: !got && woken -> atomic { woken = 0; at = 0; seen = 0; ready = 0; unchanged = 0 }
        :: !got && !woken -> sleep(word, wanted, size)
        fi
    od;
    atomic { seen = 0; woken = 0 }
}

proctype Producer(byte me) {
    byte n, at, seen, k;
    bit owes, ready, got, lasting, unchanged, brief, woken;
    do
    :: n < EACH ->
        if
        :: lasting = 0
        :: lasting = 1
        fi;
        untilGot(TAIL, 0, (position[TAIL] - position[HEAD] < C));
        end(TAIL, 0);
        n++
    :: else -> break
    od
}

proctype Consumer(byte me) {
    byte n, at, seen, k;
    bit owes, ready, got, lasting, unchanged, brief, woken;
    do
    :: n < P * EACH / N ->
        if
        :: lasting = 0
        :: lasting = 1
        fi;
        untilGot(HEAD, 1, (position[TAIL] - position[HEAD] > 0));
        end(HEAD, 1);
        n++
    :: else -> break
    od
}

init {
    byte i;
    atomic {
        do
        :: i < C -> sequence[i] = i; i++
        :: else -> break
        od;
        i = 0;
        do
        :: i < P -> run Producer(i); i++
        :: i >= P && i < P + N -> run Consumer(i); i++
        :: else -> break
        od
    };
    _nr_pr == 1;
    assert(put == P * EACH && taken == put)
}
