package io.k8j.apiserver.verb;

/** The common rules of updates. */
public final class Rules {
    /** For the object itself. */
    public static final UpdateRules MAIN = MainRules.RULES;

    /** For {@code /status}. */
    public static final UpdateRules STATUS = StatusRules.RULES;

    private Rules() {}
}
