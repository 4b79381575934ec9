/*
 * The participants of a region as they are built (Participants): a slot has a state and a byte lock, which the kernel
 * takes from its holder when that dies. A process joins, opens an object and has a claim in it, looks at the other slot,
 * and leaves; it may die before any step. Whoever gets the lock of a slot that is ACTIVE or DEAD buries its tenant:
 * certifies the death, sweeps what it had, and only then frees the slot.
 *
 * Holds: nobody is certified dead or swept who lives; the next tenant of a slot meets nothing of the one before; in the
 * end every slot can be freed, and nothing of the dead is left.
 *
 * -DFAULT: a slot is freed before it is swept.
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
#define SLOTS 2

mtype = { FREE, ACTIVE, DEAD };

mtype status[SLOTS];
byte incarnation[SLOTS];
byte lock[SLOTS];                           /* the process that has the byte locked; 0: nobody */
bool open[SLOTS];                           /* the object is open by the tenant of this slot */
byte claim[SLOTS];                          /* what it claims there: its incarnation; 0: nothing */
byte tenant[SLOTS];                         /* seen from outside: who was ACTIVE there last */
bool dead[N + 2];
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

inline sweep(k)
{
    if
    :: open[k] ->
       atomic { assert(claim[k] == 0 || claim[k] == incarnation[k]); claim[k] = 0 };
       maybe_die();
       open[k] = false
    :: else
    fi;
    maybe_die()
}

/* The caller has the lock of slot k. */
inline bury(k)
{
    if
    :: status[k] == ACTIVE ->
       atomic { assert(dead[tenant[k]]); status[k] = DEAD };
       maybe_die()
    :: else
    fi;
    if
    :: status[k] == DEAD ->
#ifdef FAULT
       status[k] = FREE;
       maybe_die();
       sweep(k)
#else
       sweep(k);
       status[k] = FREE
#endif
    :: else
    fi
}

proctype P(byte me)
{
    byte n, s;
    bool mine;

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
       incarnation[s]++;
       maybe_die();
       atomic {
           assert(status[s] == FREE && !open[s] && claim[s] == 0);
           status[s] = ACTIVE;
           tenant[s] = me
       };
       maybe_die();
       open[s] = true;
       maybe_die();
       claim[s] = incarnation[s];
       maybe_die();
       assert(status[s] == ACTIVE && open[s] && claim[s] == incarnation[s]);
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
       assert(status[s] == ACTIVE && open[s] && claim[s] == incarnation[s]);
       maybe_die();
       sweep(s);                                            /* leave */
       status[s] = FREE;
       maybe_die();
       lock[s] = 0;
       n++
    od;
stop:
    skip
}

init
{
    byte i = 1;
    byte me = N + 1;
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
