package io.k8j.scheduler.plugins;

import java.util.ArrayList;
import java.util.List;

/**
 * Scores by the share of a resource that is taken, along a line through points.
 *
 * @param points by rising share
 */
record CapacityShape(List<Point> points) implements NodeResourcesFitPlugin.Strategy {
    private static final int SCALE = 10; // configured scores go to 10, plugins' to 100

    /**
     * A point of the line.
     *
     * @param utilization percent of the resource that is taken
     * @param score 0 to 100
     */
    record Point(long utilization, long score) {}

    static CapacityShape of(PluginArgs args) {
        List<Point> points = new ArrayList<>();
        for (PluginArgs point : args.objects("shape")) {
            points.add(new Point(point.number("utilization", 0), (long) point.number("score", 0) * SCALE));
        }
        if (points.isEmpty()) {
            throw args.wrong("shape", "want one or more points");
        }
        for (int i = 1; i < points.size(); i++) {
            if (points.get(i).utilization <= points.get(i - 1).utilization) {
                throw args.wrong("shape", "want rising utilization");
            }
        }
        return new CapacityShape(List.copyOf(points));
    }

    @Override
    public long score(long taken, long allocatable) {
        long share = taken > allocatable ? 100 : taken * 100 / allocatable;
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            if (share <= point.utilization) {
                if (i == 0) {
                    return point.score;
                }
                Point before = points.get(i - 1);
                return before.score
                        + (point.score - before.score)
                                * (share - before.utilization)
                                / (point.utilization - before.utilization);
            }
        }
        return points.getLast().score;
    }
}
