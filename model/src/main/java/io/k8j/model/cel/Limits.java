package io.k8j.model.cel;

/** Upstream's limits on what expressions may cost, in CEL's units, and on sizes. */
public final class Limits {
    /** One evaluation. */
    public static final long PER_CALL = 1_000_000;

    /** All evaluations for one custom resource or one binding of a policy. */
    public static final long BUDGET = 10_000_000;

    /** All match conditions of one webhook or policy for one object. */
    public static final long MATCH_CONDITIONS_BUDGET = 2_500_000;

    /** Bytes of the largest request that estimates reckon with. */
    public static final long MAX_REQUEST_SIZE = 3 * 1024 * 1024;

    /** Bytes of the longest message an expression may make. */
    public static final int MAX_MESSAGE = 5 * 1024;

    private Limits() {}
}
