package io.k8j.apiserver.flowcontrol;

import java.util.ArrayList;
import java.util.List;

/** Divides seats among levels: in proportion to what they want, but not below or above what each may have. */
final class SeatShares {
    private static final double LEAST = 0.001;
    private static final double CLOSE = 1e-7;

    private SeatShares() {}

    /** @param target what the level wants, at least {@code lowest} */
    record Wish(double target, double lowest, double highest) {}

    /**
     * The shares, which sum up to {@code total}, and the fraction of its target that each level has that no bound holds.
     */
    record Division(double[] shares, double fraction) {}

    /** @return null if the bounds leave no solution */
    static Division divide(double total, List<Wish> wishes) {
        double low = wishes.stream().mapToDouble(Wish::lowest).sum();
        double high = wishes.stream().mapToDouble(Wish::highest).sum();
        if (low - total > CLOSE || total - high > CLOSE) return null;
        // What all have together rises with the fraction, in straight pieces between the points where a bound sets in.
        List<Double> points = new ArrayList<>();
        for (Wish wish : wishes) {
            double target = Math.max(wish.target(), LEAST);
            points.add(wish.lowest() / target);
            points.add(wish.highest() / target);
        }
        points.sort(null);
        double before = 0;
        double sumBefore = sum(0, wishes);
        if (sumBefore >= total) return new Division(shares(0, wishes), 0);
        for (double point : points) {
            double sum = sum(point, wishes);
            if (sum >= total) {
                double fraction =
                        sum == sumBefore ? point : before + (point - before) * (total - sumBefore) / (sum - sumBefore);
                return new Division(shares(fraction, wishes), fraction);
            }
            before = point;
            sumBefore = sum;
        }
        return new Division(shares(before, wishes), before);
    }

    private static double sum(double fraction, List<Wish> wishes) {
        double sum = 0;
        for (double share : shares(fraction, wishes)) sum += share;
        return sum;
    }

    private static double[] shares(double fraction, List<Wish> wishes) {
        double[] shares = new double[wishes.size()];
        for (int i = 0; i < shares.length; i++) {
            Wish wish = wishes.get(i);
            double wanted = fraction * Math.max(wish.target(), LEAST);
            shares[i] = Math.max(wish.lowest(), Math.min(wish.highest(), wanted));
        }
        return shares;
    }
}
