package io.k8j.model.time;

import io.k8j.model.api.GoQuote;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The numbers that one field of a {@link CronSchedule} names.
 *
 * @param bits bit n stands for n
 * @param star whether it names all, so that it restricts nothing
 */
record CronField(long bits, boolean star) {
    /**
     * Which field it is.
     *
     * @param names words for its numbers, in order from the first
     */
    record Part(int first, int last, List<String> names) {}

    boolean has(int number) {
        return (bits >> number & 1) != 0;
    }

    /** @throws IllegalArgumentException worded as upstream's parser words it */
    static List<CronField> parse(String[] texts, List<Part> parts) {
        List<CronField> fields = new ArrayList<>();
        for (int i = 0; i < texts.length; i++) {
            fields.add(parse(texts[i], parts.get(i)));
        }
        return List.copyOf(fields);
    }

    private static CronField parse(String text, Part part) {
        CronField all = new CronField(0, false);
        for (String range : text.split(",")) {
            if (!range.isEmpty()) {
                CronField one = range(range, part);
                all = new CronField(all.bits | one.bits, all.star || one.star);
            }
        }
        return all;
    }

    private static CronField range(String text, Part part) {
        String[] rangeAndStep = text.split("/", -1);
        String[] ends = rangeAndStep[0].split("-", -1);
        boolean star = ends[0].equals("*") || ends[0].equals("?");
        int from = star ? part.first : number(ends[0], part);
        if (!star && ends.length > 2) {
            throw new IllegalArgumentException("too many hyphens: " + text);
        }
        int to = star ? part.last : ends.length == 2 ? number(ends[1], part) : from;
        if (rangeAndStep.length > 2) {
            throw new IllegalArgumentException("too many slashes: " + text);
        }
        int step = 1;
        if (rangeAndStep.length == 2) {
            step = number(rangeAndStep[1]);
            to = ends.length == 1 ? part.last : to; // "5/10" means from 5 on
        }
        check(from < part.first, "beginning of range (%d) below minimum (%d): %s", from, part.first, text);
        check(to > part.last, "end of range (%d) above maximum (%d): %s", to, part.last, text);
        check(from > to, "beginning of range (%d) beyond end of range (%d): %s", from, to, text);
        check(step == 0, "step of range should be a positive number: %s", text);
        long bits = 0;
        for (int i = from; i <= to; i += step) {
            bits |= 1L << i;
        }
        return new CronField(bits, star && step == 1);
    }

    private static void check(boolean wrong, String words, Object... values) {
        if (wrong) {
            throw new IllegalArgumentException(words.formatted(values));
        }
    }

    private static int number(String text, Part part) {
        int name = part.names.indexOf(text.toLowerCase(Locale.ROOT));
        return name < 0 ? number(text) : part.first + name;
    }

    private static int number(String text) {
        if (!text.matches("[+-]?\\d{1,9}")) {
            throw new IllegalArgumentException("failed to parse int from %s: strconv.Atoi: parsing %s: invalid syntax"
                    .formatted(text, GoQuote.quote(text)));
        }
        int number = Integer.parseInt(text);
        check(number < 0, "negative number (%d) not allowed: %s", number, text);
        return number;
    }
}
