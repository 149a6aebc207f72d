package io.k8j.scheduler.framework;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Why no node could take a Pod, and the sentence that tells it. */
public final class Diagnosis {
    private final int nodeCount;
    private final NodeStatuses statuses;
    private final Set<String> plugins = new LinkedHashSet<>();
    private String preFilterMessage = "";
    private String postFilterMessage = "";

    public Diagnosis(int nodeCount, NodeStatuses statuses) {
        this.nodeCount = nodeCount;
        this.statuses = statuses;
    }

    public NodeStatuses statuses() {
        return statuses;
    }

    /** Plugins that refused: their hints tell when to try again. */
    public Set<String> plugins() {
        return plugins;
    }

    public void preFilterMessage(String message) {
        preFilterMessage = message;
    }

    public void postFilterMessage(String message) {
        postFilterMessage = message;
    }

    /** Upstream's sentence, such as {@code 0/3 nodes are available: 1 Insufficient cpu, 2 Too many pods.} */
    public String message() {
        StringBuilder text = new StringBuilder("0/").append(nodeCount).append(" nodes are available:");
        if (!preFilterMessage.isEmpty()) {
            text.append(' ').append(preFilterMessage).append('.');
        } else {
            List<String> reasons = reasons();
            if (!reasons.isEmpty()) {
                text.append(' ').append(String.join(", ", reasons)).append('.');
            }
        }
        if (!postFilterMessage.isEmpty()) {
            text.append(' ').append(postFilterMessage);
        }
        return text.toString();
    }

    private List<String> reasons() {
        Map<String, Integer> counts = new HashMap<>();
        statuses.counts()
                .forEach((status, count) ->
                        status.reasons().forEach(reason -> counts.merge(reason, count, Integer::sum)));
        int others = nodeCount - statuses.explicit();
        if (others > 0) {
            statuses.absent().reasons().forEach(reason -> counts.merge(reason, others, Integer::sum));
        }
        List<String> reasons = new ArrayList<>();
        counts.forEach((reason, count) -> reasons.add(count + " " + reason));
        reasons.sort(null);
        return reasons;
    }
}
