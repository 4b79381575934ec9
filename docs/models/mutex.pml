/*
 * The mutex of a lock as it is built (RobustMutex): its word is the owner's tag, WAITERS and DIED. Any process may die
 * before any step, up to MAXCRASH of them.
 *
 * Holds: one owner at a time; whoever comes after one that died inside is told, until one has repaired; nobody is left
 * asleep; and a tick is needed only where somebody has died (the assertion at the tick).
 *
 * Left out: threads, holding it several times, an attempt that does not wait, the look before the first sleep. Whether
 * somebody is dead is known at once. With LEAVE sleeper 2 may give up at any time.
 *
 * -DNOKEEP: one that slept takes the mutex without saying that others may still sleep. -DNOTICK: nobody looks by himself.
 * -DNOBATON: who gives up after a sleep does not pass on the wake that it may have taken.
 *
 *   search     -DN=3 -DROUNDS=2 -DMAXCRASH=2
 *   search     -DN=3 -DROUNDS=2 -DMAXCRASH=1 -DLEAVE=1
 *   search     -DN=4 -DROUNDS=1 -DMAXCRASH=0 -DLEAVE=1
 *   quick      -DN=3 -DROUNDS=1 -DMAXCRASH=2 -DLEAVE=1
 *   unreached  P dirty = 1
 *   fault      -DNOKEEP -DMAXCRASH=0
 *   fault      -DNOTICK -DMAXCRASH=1
 *   fault      -DNOBATON -DMAXCRASH=0 -DLEAVE=1
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
#ifndef LEAVE
#define LEAVE 0
#endif

byte own;                                   /* the word: tag, WAITERS, DIED */
bit waiters, died;
bool asleep[N + 1];
bool dead[N + 1];
byte crashes, done;
byte holder;                                /* seen from outside: who is inside, */
bool dirty, owed;                           /* was it left half done, does a death have to be told */

#define UNCHANGED (own == o && waiters == w && died == d)

inline maybe_die()
{
    if
    :: atomic {
           crashes < MAXCRASH ->
           crashes++;
           dead[me] = true;
           if
           :: own == me -> owed = true
           :: else
           fi;
           if
           :: holder == me -> holder = 0; dirty = true
           :: else
           fi
       };
       goto stop
    :: skip
    fi
}

inline wake_one()
{
    atomic {
        if
        :: asleep[1] -> asleep[1] = false
        :: N >= 2 && asleep[2] -> asleep[2] = false
        :: N >= 3 && asleep[3] -> asleep[3] = false
        :: N >= 4 && asleep[4] -> asleep[4] = false
        :: !asleep[1] && (N < 2 || !asleep[2]) && (N < 3 || !asleep[3]) && (N < 4 || !asleep[4]) -> skip
        fi
    }
}

proctype P(byte me)
{
    byte n, o;
    bit w, d, keep, got, told, gone;

    do
    :: n == ROUNDS -> break
    :: n < ROUNDS ->
       keep = 0; got = 0; told = 0; gone = 0;
       atomic {                                             /* lock, the fast way */
           if
           :: own == 0 && !waiters && !died -> own = me; got = 1
           :: else
           fi
       };
       maybe_die();
       do
       :: got -> break
       :: !got ->
          atomic { o = own; w = waiters; d = died };
          if
          :: o == 0 ->
             atomic {
                 if
                 :: UNCHANGED -> own = me; waiters = keep; got = 1; told = d
                 :: else
                 fi
             };
             maybe_die()
          :: o != 0 && dead[o] ->                           /* take it over */
             atomic {
                 if
                 :: UNCHANGED -> own = me; waiters = 1; died = 1; got = 1; told = 1
                 :: else
                 fi
             };
             maybe_die()
          :: o != 0 && !dead[o] ->
             if
             :: !w ->
                atomic {                                    /* announce */
                    if
                    :: UNCHANGED -> waiters = 1; w = 1
                    :: else
                    fi
                }
             :: else
             fi;
             if
             :: w ->
                maybe_die();
                atomic {                                    /* sleep while the word is this one */
                    if
                    :: own == o && waiters == 1 && died == d -> asleep[me] = true
                    :: else
                    fi
                };
                if
                :: !asleep[me] -> skip
                :: atomic { LEAVE && me == 2 && asleep[me] -> asleep[me] = false; gone = 1 }
                :: LEAVE && me == 2 && !asleep[me] -> gone = 1
#ifndef NOTICK
                :: timeout && asleep[me] ->                 /* a tick: nobody else can move */
                   atomic { assert(crashes > 0); asleep[me] = false }
#endif
                fi;
                maybe_die();
                if
                :: gone -> goto leave
                :: else
                fi;
#ifndef NOKEEP
                keep = 1
#endif
             :: else
             fi
          fi
       od;
       atomic {                                             /* inside */
           assert(holder == 0);
           holder = me;
           assert(!dirty || told);
           assert(!owed || told);
           owed = false
       };
       maybe_die();
       if
       :: told -> dirty = false; maybe_die(); died = 0      /* repair, mark consistent */
       :: else
       fi;
       maybe_die();
       holder = 0;
       maybe_die();
       atomic {                                             /* unlock, the fast way */
           if
           :: own == me && !waiters && !died -> own = 0; got = 0
           :: else
           fi
       };
       if
       :: got ->
          atomic { assert(own == me); w = waiters; own = 0; waiters = 0 };
          maybe_die();
          if
          :: w -> wake_one()
          :: else
          fi;
          got = 0
       :: else
       fi;
       maybe_die();
       n++;
       goto next;
leave:                                                      /* it may have taken a wake: pass it on */
#ifndef NOBATON
       do
       :: atomic { o = own; w = waiters; d = died };
          if
          :: o == 0 -> wake_one(); break
          :: o != 0 && w -> break
          :: o != 0 && !w ->
             atomic {
                 if
                 :: UNCHANGED -> waiters = 1; got = 1
                 :: else -> got = 0
                 fi
             };
             if
             :: got -> break
             :: else
             fi
          fi
       od;
#endif
       got = 0;
       n++;
next:  skip
    od;
    done++;
stop:
    skip
}

init
{
    byte i = 1;
    atomic {
        do
        :: i <= N -> run P(i); i++
        :: else -> break
        od
    };
    (_nr_pr == 1);
    assert(done + crashes == N)
}
