package io.k8j.scheduler;

/** Shortens texts to what events can carry. */
final class Texts {
    private static final int LONGEST_NOTE = 1024;
    private static final String END = " ...";

    private Texts() {}

    static String shortened(String message) {
        return message.length() <= LONGEST_NOTE ? message : message.substring(0, LONGEST_NOTE - END.length()) + END;
    }
}
