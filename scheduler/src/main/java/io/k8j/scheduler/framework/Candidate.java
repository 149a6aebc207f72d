package io.k8j.scheduler.framework;

import java.util.List;

/**
 * A node that would have room for a Pod if others left it.
 *
 * @param victims those others, one or more
 * @param violations how many of them break a PodDisruptionBudget
 */
public record Candidate(NodeInfo node, List<PodInfo> victims, int violations) {
    /**
     * Candidates that others have looked at.
     *
     * @param left those that remain, maybe with fewer victims
     * @param status why they could not look, or success
     */
    public record Narrowed(List<Candidate> left, Status status) {}
}
