/*
 * The directory of a region as it is built (Directory): processes open or create, use, close and remove two objects,
 * of which two are room for in the heap and three in the table; any of them may die before any step. The mutex is that
 * of mutex.pml and is taken over in one step here; deaths are known at once, and a janitor that lives sweeps the dead.
 *
 * Holds: what is opened is whole and stays so while it is open; two entries never have the same space; in the end all
 * names can be removed, and all entries are free.
 *
 * Left out: a third process, and more than one death at a time with two rounds; sweeps in several steps, and several at
 * once; what announces a change to those who remember where a name is; the spans of the heap, whose units are alike
 * here; types and sizes that do not agree; a second try of one whose object was removed while it waited. An entry that
 * is taken third is freed in the end only: there are too few rounds for more.
 *
 * -DLATE: who opens an object says so only when it has given the mutex up.
 *
 *   search     -DROUNDS=2 -DMAXCRASH=1
 *   search     -DROUNDS=1 -DMAXCRASH=2
 *   quick      -DROUNDS=1 -DMAXCRASH=1
 *   unreached  P status[2] = FREE
 *   fault      -DLATE
 */
#define N 2
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef MAXCRASH
#define MAXCRASH 1
#endif
#define ENTRIES 3
#define UNITS 2
#define NONE 9
#define HALF 9                              /* what is in memory that is being made */

mtype = { FREE, CREATING, READY, DELETED };

mtype status[ENTRIES];
byte creator[ENTRIES];
byte name[ENTRIES];
byte at[ENTRIES];
byte open[ENTRIES];                         /* a bit for each process */
byte memory[UNITS];                         /* the name of what it was made into */
byte mutex;                                 /* its owner */
bool dead[N + 2];
byte crashes;

#define BIT(p) (1 << (p))
#define IS_NAMED(x, e) (name[e] == x && (status[e] == CREATING || status[e] == READY))
#define FIND(x) (IS_NAMED(x, 0) -> 0 : (IS_NAMED(x, 1) -> 1 : (IS_NAMED(x, 2) -> 2 : NONE)))
#define FREE_ENTRY (status[0] == FREE -> 0 : (status[1] == FREE -> 1 : (status[2] == FREE -> 2 : NONE)))
#define IS_USED(u, e) (status[e] != FREE && at[e] == u)
#define IS_FREE(u) (!IS_USED(u, 0) && !IS_USED(u, 1) && !IS_USED(u, 2))
#define FREE_UNIT (IS_FREE(0) -> 0 : (IS_FREE(1) -> 1 : NONE))

inline maybe_die()
{
    if
    :: atomic { me <= N && crashes < MAXCRASH -> crashes++; dead[me] = true }; goto stop
    :: skip
    fi
}

inline acquire() { atomic { mutex == 0 || dead[mutex] -> mutex = me } }
inline release() { mutex = 0 }

inline reap(e)
{
    if
    :: (status[e] == DELETED || (status[e] == CREATING && dead[creator[e]])) && open[e] == 0 ->
       status[e] = FREE
    :: else
    fi
}

inline initialise(e)
{
    memory[at[e]] = HALF;
    maybe_die();
    memory[at[e]] = name[e];
    maybe_die();
    status[e] = READY
}

proctype P(byte me)
{
    byte n, x, e, u;
    bool claimed;

    do
    :: n == ROUNDS -> break
    :: n < ROUNDS ->
       if
       :: x = 1
       :: x = 2
       fi;
       acquire();                                           /* open or create */
       maybe_die();
       e = FIND(x);
       claimed = false;
       if
       :: e != NONE ->
#ifdef LATE
          release();
          maybe_die();
          open[e] = open[e] | BIT(me)
#else
          open[e] = open[e] | BIT(me);
          maybe_die();
          release()
#endif
       :: else ->
          reap(0);
          reap(1);
          reap(2);
          e = FREE_ENTRY;
          u = FREE_UNIT;
          if
          :: e != NONE && u != NONE ->
             name[e] = x;
             at[e] = u;
             creator[e] = me;
             maybe_die();
             open[e] = BIT(me);
             maybe_die();
             status[e] = CREATING;
             claimed = true
          :: else -> e = NONE
          fi;
          maybe_die();
          release()
       fi;
       maybe_die();
       if
       :: claimed -> initialise(e)
       :: !claimed && e != NONE ->
          do
          :: atomic { status[e] == CREATING && dead[creator[e]] -> creator[e] = me };
             initialise(e);
             break
          :: status[e] == READY -> break
          :: status[e] == DELETED || status[e] == FREE ->    /* gone: no second try here */
             open[e] = open[e] & ~BIT(me);
             e = NONE;
             break
          od
       :: else
       fi;
       if
       :: e != NONE ->                                      /* use and close */
          assert(memory[at[e]] == x);
          maybe_die();
          assert(memory[at[e]] == x);
          open[e] = open[e] & ~BIT(me)
       :: else
       fi;
       maybe_die();
       if
       :: acquire();                                        /* remove */
          maybe_die();
          e = FIND(x);
          if
          :: atomic { e != NONE && (status[e] == READY || (status[e] == CREATING && dead[creator[e]])) -> status[e] = DELETED };
             maybe_die();
             reap(e)
          :: else
          fi;
          maybe_die();
          release()
       :: skip
       fi;
       n++
    od;
stop:
    skip
}

#define SWEEP(p, e) atomic { dead[p] && (open[e] & BIT(p)) && status[e] != FREE -> open[e] = open[e] & ~BIT(p) }

/* Sweeps the dead, whenever it comes to it. */
proctype Janitor()
{
end:
    do
    :: SWEEP(1, 0)
    :: SWEEP(1, 1)
    :: SWEEP(1, 2)
    :: SWEEP(2, 0)
    :: SWEEP(2, 1)
    :: SWEEP(2, 2)
    od
}

init
{
    byte i = 1;
    atomic {
        status[0] = FREE;
        status[1] = FREE;
        status[2] = FREE;
        run Janitor();                                       /* before those that end: spin ends the youngest first */
        do
        :: i <= N -> run P(i); i++
        :: else -> break
        od
    };
    (_nr_pr == 2);                                          /* init and the janitor are left */
    /* All is over: whoever comes sweeps the dead, removes what has a name, and has all the space. */
    atomic {
        i = 0;
        do
        :: i < ENTRIES ->
           if
           :: status[i] == READY || (status[i] == CREATING && dead[creator[i]]) -> status[i] = DELETED
           :: else
           fi;
           if
           :: status[i] != FREE -> open[i] = open[i] & ~(BIT(1) * dead[1]) & ~(BIT(2) * dead[2])
           :: else
           fi;
           reap(i);
           assert(status[i] == FREE);
           i++
        :: else -> break
        od
    }
}
