package io.k8j.apiserver.validation;

import io.k8j.model.api.GoQuote;

/** Reads lists of indexes such as {@code 1,3-5,7}. Pure functions. */
final class JobIndexes {
    /**
     * What a list says.
     *
     * @param total how many indexes it has; 0 if it cannot be read
     * @param error what is wrong with it, in upstream's words; null if nothing is
     */
    record Result(long total, String error) {}

    /** A run of indexes, or what is wrong with it. */
    private record Interval(long first, long last, String error) {
        static Interval wrong(String error) {
            return new Interval(0, 0, error);
        }
    }

    private JobIndexes() {}

    static Result read(String text, long completions) {
        if (text.isEmpty()) {
            return new Result(0, null);
        }
        long total = 0;
        long last = -1;
        for (String part : text.split(",", -1)) {
            Interval interval = interval(part, completions);
            if (interval.error() != null) {
                return new Result(0, interval.error());
            }
            if (total > 0 && last >= interval.first()) {
                return new Result(0, notIncreasing(last, interval.first()));
            }
            total += interval.last() - interval.first() + 1;
            last = interval.last();
        }
        return new Result(total, null);
    }

    /** The first index that both lists have; -1 if there is none. Parts that cannot be read are passed over. */
    static long overlap(String completed, String failed, long completions) {
        if (completed.isEmpty() || failed.isEmpty()) {
            return -1;
        }
        String[] one = completed.split(",", -1);
        String[] other = failed.split(",", -1);
        int i = 0;
        int j = 0;
        while (i < one.length && j < other.length) {
            Interval c = interval(one[i], completions);
            Interval x = interval(other[j], completions);
            if (c.error() != null) {
                i++;
            } else if (x.error() != null) {
                j++;
            } else if (c.first() <= x.last() && x.first() <= c.last()) {
                return Math.max(c.first(), x.first());
            } else if (c.first() <= x.first()) {
                i++;
            } else {
                j++;
            }
        }
        return -1;
    }

    private static Interval interval(String text, long completions) {
        String[] limits = text.split("-", -1);
        if (limits.length > 2) {
            return Interval.wrong("the fragment " + GoQuote.quote(text)
                    + " violates the requirement that an index interval can have at most two parts separated by '-'");
        }
        long[] bounds = new long[2];
        for (int i = 0; i < limits.length; i++) {
            if (!limits[i].matches("\\+?\\d{1,18}")) {
                return Interval.wrong("cannot convert string to integer for index: " + GoQuote.quote(limits[i]));
            }
            bounds[i] = Long.parseLong(limits[i]);
            if (bounds[i] >= completions) {
                return Interval.wrong("too large index: " + GoQuote.quote(limits[i]));
            }
        }
        if (limits.length == 1) {
            return new Interval(bounds[0], bounds[0], null);
        }
        return bounds[0] >= bounds[1]
                ? Interval.wrong(notIncreasing(bounds[0], bounds[1]))
                : new Interval(bounds[0], bounds[1], null);
    }

    private static String notIncreasing(long before, long now) {
        return "non-increasing order, previous: " + before + ", current: " + now;
    }
}
