package io.k8j.apiserver.flowcontrol;

import io.k8j.model.json.Trees;
import java.util.Map;

/**
 * What a PriorityLevelConfiguration says.
 *
 * @param queues 0 if nobody may wait
 * @param borrowingPercent null for no limit
 */
record LevelSettings(
        boolean exempt,
        long shares,
        long lendablePercent,
        Long borrowingPercent,
        int queues,
        int handSize,
        int queueLength) {
    static LevelSettings of(Map<String, Object> tree) {
        boolean exempt = "Exempt".equals(Trees.string(tree, "spec", "type"));
        Object part = Trees.get(tree, "spec", exempt ? "exempt" : "limited");
        boolean queuing = "Queue".equals(Trees.string(part, "limitResponse", "type"));
        return new LevelSettings(
                exempt,
                number(part, exempt ? 0 : 30, "nominalConcurrencyShares"),
                number(part, 0, "lendablePercent"),
                Trees.integer(part, "borrowingLimitPercent"),
                queuing ? (int) number(part, 64, "limitResponse", "queuing", "queues") : 0,
                queuing ? (int) number(part, 8, "limitResponse", "queuing", "handSize") : 0,
                queuing ? (int) number(part, 50, "limitResponse", "queuing", "queueLengthLimit") : 0);
    }

    private static long number(Object tree, long otherwise, String... path) {
        Long found = Trees.integer(tree, path);
        return found == null ? otherwise : found;
    }
}
