package io.k8j.apiserver.validation;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads schedules only to say what is wrong with them, in the words of upstream's parser. */
final class CronSchedule {
    private static final List<String> DESCRIPTORS =
            List.of("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly");
    private static final Map<String, Integer> MONTHS = names("jan feb mar apr may jun jul aug sep oct nov dec", 1);
    private static final Map<String, Integer> DAYS = names("sun mon tue wed thu fri sat", 0);

    /** A part of the schedule with its bounds. */
    private record Part(int minimum, int maximum, Map<String, Integer> names) {}

    private static final List<Part> PARTS = List.of(
            new Part(0, 59, Map.of()),
            new Part(0, 23, Map.of()),
            new Part(1, 31, Map.of()),
            new Part(1, 12, MONTHS),
            new Part(0, 6, DAYS));

    private CronSchedule() {}

    private static Map<String, Integer> names(String words, int first) {
        Map<String, Integer> names = new java.util.HashMap<>();
        for (String word : words.split(" ")) {
            names.put(word, first + names.size());
        }
        return Map.copyOf(names);
    }

    /** What is wrong with a schedule; null if nothing. */
    static String error(String schedule) {
        if (schedule.isEmpty()) {
            return "empty spec string";
        }
        if (schedule.startsWith("@")) {
            return descriptorError(schedule);
        }
        String[] fields = schedule.trim().split("\\s+");
        if (fields.length != PARTS.size()) {
            return "expected exactly 5 fields, found " + fields.length + ": [" + String.join(" ", fields) + "]";
        }
        for (int i = 0; i < fields.length; i++) {
            for (String expression : fields[i].split(",", -1)) {
                String error = rangeError(expression, PARTS.get(i));
                if (error != null) {
                    return error;
                }
            }
        }
        return null;
    }

    private static String descriptorError(String schedule) {
        if (DESCRIPTORS.contains(schedule)) {
            return null;
        }
        if (schedule.startsWith("@every ")) {
            String duration = schedule.substring("@every ".length());
            return duration.matches("-?(\\d+(\\.\\d+)?(ns|us|µs|ms|s|m|h))+")
                    ? null
                    : "failed to parse duration " + schedule + ": time: invalid duration \"" + duration + "\"";
        }
        return "unrecognized descriptor: " + schedule;
    }

    private static String rangeError(String expression, Part part) {
        String[] rangeAndStep = expression.split("/", -1);
        String[] bounds = rangeAndStep[0].split("-", -1);
        int low;
        int high;
        try {
            if (bounds[0].equals("*") || bounds[0].equals("?")) {
                low = part.minimum();
                high = part.maximum();
            } else {
                low = number(bounds[0], part.names());
                if (bounds.length > 2) {
                    return "too many hyphens: " + expression;
                }
                high = bounds.length == 2 ? number(bounds[1], part.names()) : low;
            }
            int step = 1;
            if (rangeAndStep.length > 2) {
                return "too many slashes: " + expression;
            }
            if (rangeAndStep.length == 2) {
                step = number(rangeAndStep[1], Map.of());
                high = bounds.length == 1 ? part.maximum() : high;
            }
            if (low < part.minimum()) {
                return "beginning of range (%d) below minimum (%d): %s".formatted(low, part.minimum(), expression);
            }
            if (high > part.maximum()) {
                return "end of range (%d) above maximum (%d): %s".formatted(high, part.maximum(), expression);
            }
            if (low > high) {
                return "beginning of range (%d) beyond end of range (%d): %s".formatted(low, high, expression);
            }
            return step == 0 ? "step of range should be a positive number: " + expression : null;
        } catch (NumberFormatException e) {
            return e.getMessage();
        }
    }

    private static int number(String text, Map<String, Integer> names) {
        Integer named = names.get(text.toLowerCase(Locale.ROOT));
        if (named != null) {
            return named;
        }
        if (!text.matches("[+-]?\\d{1,9}")) {
            throw new NumberFormatException("failed to parse int from " + text + ": strconv.Atoi: parsing "
                    + io.k8j.model.api.GoQuote.quote(text) + ": invalid syntax");
        }
        int n = Integer.parseInt(text);
        if (n < 0) {
            throw new NumberFormatException("negative number (" + n + ") not allowed: " + text);
        }
        return n;
    }

    static boolean isZone(String name) {
        try {
            ZoneId.of(name);
            return !Arrays.asList("Z", "z").contains(name) && !name.startsWith("+") && !name.startsWith("-");
        } catch (DateTimeException e) {
            return false;
        }
    }
}
