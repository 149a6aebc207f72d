package io.k8j.model.time;

/**
 * What the moment at which a timer's task runs means to others. A real clock makes no difference between them; one that is
 * moved over long spans leaves out what changes nothing.
 */
public enum Pace {
    /** Something happens then: it runs at its time, neither earlier nor later. */
    EXACT,

    /** One of many signs of life. While nothing else happens for long, those in between may be left out. */
    SIGN_OF_LIFE,

    /**
     * One of many looks that find what they found before unless something has happened: left out when signs of life are,
     * and never before the signs that it may be about.
     */
    LOOK,

    /** Upkeep that comes round again and again, and that nobody waits for: it may run late, and once for many times. */
    UPKEEP,

    /** Only the age of something, which says nothing while a clock is moved: it waits until the clock runs again. */
    WHILE_RUNNING
}
