/*
 * The participants of a region as they are built (Participants): a slot has a state and a byte lock, which the kernel
 * takes from its holder when that dies. A process joins, opens an object and has a claim in it, looks at the other slot,
 * and leaves; it may die before any step. Whoever gets the lock of a slot that is ACTIVE or DEAD buries its tenant:
 * certifies the death, sweeps what it had, and only then frees the slot.
 *
 * With LAME process 1 has not the code of the object: it leaves a slot whose sweep needs that DEAD, and takes another
 * one, or none. With LOSS process 2 may lose its locks when it is ACTIVE, as foreign code makes it do: that it is seen to
 * run vetoes its burial.
 *
 * Holds: nobody is certified dead or swept who lives; the next tenant of a slot meets nothing of the one before; in the
 * end every slot can be freed, and nothing of the dead is left.
 *
 * Left out: more than two slots, closing a region that others probe, incarnations that end, PID namespaces. Locks that are
 * lost in a join or a probe are not in it, since they are covered in part only: a state that somebody else changed meanwhile
 * stands, and no two have one tag, but two may sweep at once. Where no lock is lost the CAS of a state never fails, so
 * the states are written here as under the lock.
 *
 * -DEARLY: a slot is freed before it is swept. -DNOVETO: who has no lock is dead.
 *
 *   search     -DN=3 -DROUNDS=2 -DMAXCRASH=2
 *   search     -DN=3 -DROUNDS=2 -DMAXCRASH=1 -DLAME=1 -DLOSS=1
 *   quick      -DN=3 -DROUNDS=1 -DMAXCRASH=2 -DLAME=1 -DLOSS=1
 *   unreached  P swept = 0
 *   unreached  init ((lock[0]==me))
 *   unreached  init dead[me] = 1
 *   unreached  init else
 *   unreached  init swept = 0
 *   fault      -DEARLY
 *   fault      -DNOVETO -DMAXCRASH=0 -DLOSS=1
 */
#ifndef N
#define N 3
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef MAXCRASH
#define MAXCRASH 2
#endif
#ifndef LAME
#define LAME 0
#endif
#ifndef LOSS
#define LOSS 0
#endif
#define SLOTS 2
#define HAS_CODE (!LAME || me != 1)
#define IS_WHOLE(s) (status[s] == ACTIVE && open[s] == HAS_CODE && claim[s] == (HAS_CODE -> incarnation[s] : 0))

mtype = { FREE, ACTIVE, DEAD };

mtype status[SLOTS];
byte incarnation[SLOTS];
byte lock[SLOTS];                           /* the process that has the byte locked; 0: nobody */
bool open[SLOTS];                           /* the object is open by the tenant of this slot */
byte claim[SLOTS];                          /* what it claims there: its incarnation; 0: nothing */
byte identity[SLOTS];                       /* who describes itself there */
byte tenant[SLOTS];                         /* seen from outside: who was ACTIVE there last */
bool dead[N + 2];
bool lost;                                  /* process 2 has lost its locks once */
byte crashes;

inline maybe_die()
{
    if
    :: atomic {
           me <= N && crashes < MAXCRASH ->
           crashes++;
           dead[me] = true;
           if
           :: lock[0] == me -> lock[0] = 0
           :: else
           fi;
           if
           :: lock[1] == me -> lock[1] = 0
           :: else
           fi
       };
       goto stop
    :: skip
    fi
}

inline maybe_lose()
{
    if
    :: atomic { LOSS && me == 2 && !lost -> lost = true; lock[s] = 0 }
    :: skip
    fi
}

inline sweep(k)
{
    swept = true;
    if
    :: open[k] && HAS_CODE ->
       atomic { assert(claim[k] == 0 || claim[k] == incarnation[k]); claim[k] = 0 };
       maybe_die();
       open[k] = false
    :: open[k] && !HAS_CODE -> swept = false
    :: else
    fi;
    maybe_die()
}

#ifdef NOVETO
#define VETO(k) false
#else
#define VETO(k) (!dead[identity[k]])
#endif

/* The caller has the lock of slot k. */
inline bury(k)
{
    swept = true;
    if
    :: status[k] == ACTIVE ->
       if
       :: VETO(k) -> swept = false
       :: else ->
          atomic { assert(dead[tenant[k]]); status[k] = DEAD };
          maybe_die()
       fi
    :: else
    fi;
    if
    :: status[k] == DEAD ->
#ifdef EARLY
       status[k] = FREE;
       maybe_die();
       sweep(k)
#else
       sweep(k);
       if
       :: swept -> status[k] = FREE
       :: else
       fi
#endif
    :: else
    fi
}

proctype P(byte me)
{
    byte n, s;
    bool mine, swept;

    do
    :: n == ROUNDS -> break
    :: n < ROUNDS ->
       if
       :: atomic { lock[0] == 0 -> lock[0] = me; s = 0 }
       :: atomic { lock[1] == 0 -> lock[1] = me; s = 1 }
       fi;
       maybe_die();
       bury(s);
       maybe_die();
       if
       :: !swept -> lock[s] = 0; goto next                  /* another slot, another time */
       :: else
       fi;
       identity[s] = me;
       maybe_die();
       atomic {
           assert(status[s] == FREE && !open[s] && claim[s] == 0);
           incarnation[s]++;
           status[s] = ACTIVE;
           tenant[s] = me
       };
       maybe_die();
       maybe_lose();
       if
       :: HAS_CODE ->
          open[s] = true;
          maybe_die();
          maybe_lose();
          claim[s] = incarnation[s];
          maybe_die();
          maybe_lose()
       :: else
       fi;
       assert(IS_WHOLE(s));
       atomic {                                             /* look at the other slot */
           if
           :: lock[1 - s] == 0 -> lock[1 - s] = me; mine = true
           :: else -> mine = false
           fi
       };
       if
       :: mine ->
          maybe_die();
          bury(1 - s);
          maybe_die();
          lock[1 - s] = 0
       :: else
       fi;
       assert(IS_WHOLE(s));
       maybe_die();
       maybe_lose();
       sweep(s);                                            /* leave */
       status[s] = FREE;
       maybe_die();
       if
       :: lock[s] == me -> lock[s] = 0
       :: else
       fi;
next:  n++;
       swept = false
    od;
stop:
    skip
}

init
{
    byte i = 1;
    byte me = N + 1;
    bool swept;
    atomic {
        status[0] = FREE;
        status[1] = FREE;
        do
        :: i <= N -> run P(i); i++
        :: else -> break
        od
    };
    (_nr_pr == 1);
    assert(lock[0] == 0 && lock[1] == 0);
    bury(0);
    bury(1);
    assert(status[0] == FREE && !open[0] && claim[0] == 0);
    assert(status[1] == FREE && !open[1] && claim[1] == 0);
stop:
    skip
}
