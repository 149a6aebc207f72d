package io.k8j.server.flags;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Upstream flags that were given, checked against those that are known. Immutable. */
public final class FlagValues {
    /** Nothing was given. */
    public static final FlagValues NONE = new FlagValues(Map.of());

    private final Map<String, List<String>> values;

    private FlagValues(Map<String, List<String>> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Reads {@code name=value} arguments; dashes in front of a name are allowed, a switch may come without a value.
     *
     * @param option the option that the arguments come from, for what is said about wrong ones
     * @throws IllegalArgumentException in one sentence, if a name is unknown or a value has the wrong form
     */
    public static FlagValues parse(String option, List<String> arguments, Collection<Flag> known) {
        Map<String, Flag> byName = known.stream().collect(Collectors.toMap(Flag::name, Function.identity()));
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = (equals < 0 ? argument : argument.substring(0, equals)).replaceFirst("^-{1,2}", "");
            Flag flag = byName.get(name);
            if (flag == null) {
                throw new IllegalArgumentException("%s %s: there is no flag '%s'".formatted(option, argument, name));
            }
            if (equals < 0 && flag.type() != FlagType.SWITCH) {
                throw new IllegalArgumentException("%s %s: must be NAME=VALUE".formatted(option, argument));
            }
            String value = equals < 0 ? "true" : argument.substring(equals + 1);
            String complaint = flag.type().complaint(value);
            if (complaint != null) {
                throw new IllegalArgumentException("%s %s: %s".formatted(option, argument, complaint));
            }
            List<String> all = values.computeIfAbsent(name, n -> new ArrayList<>());
            if (!flag.type().adds()) {
                all.clear();
            }
            all.addAll(parts(flag.type(), value));
        }
        return new FlagValues(values);
    }

    private static List<String> parts(FlagType type, String value) {
        return switch (type) {
            case LIST, MAP, OPTIONAL_MAP ->
                Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(part -> !part.isEmpty())
                        .toList();
            case TEXT, REPEATED, SWITCH, NUMBER, DURATION -> List.of(value);
        };
    }

    /** All that was given, by name, as text. */
    public Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>();
        values.forEach((name, list) -> all.put(name, String.join(",", list)));
        return all;
    }

    /** Whether the flag was given at all. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** The value of a text flag; null if it was not given. */
    public String text(String name) {
        List<String> all = values.get(name);
        return all == null ? null : all.getLast();
    }

    public String text(String name, String otherwise) {
        return has(name) ? text(name) : otherwise;
    }

    /** The values of a list or of a repeated flag, in their order; empty if it was not given. */
    public List<String> list(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    public List<String> list(String name, List<String> otherwise) {
        return has(name) ? list(name) : otherwise;
    }

    /** The pairs of a map flag, in their order; a later pair replaces one with the same key. */
    public Map<String, String> map(String name) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : list(name)) {
            int equals = pair.indexOf('=');
            if (equals < 0) pairs.put(pair, "");
            else pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return pairs;
    }

    public boolean isOn(String name, boolean otherwise) {
        return has(name) ? FlagType.isTrue(text(name)) : otherwise;
    }

    public long number(String name, long otherwise) {
        return has(name) ? Long.parseLong(text(name)) : otherwise;
    }

    public Duration duration(String name, Duration otherwise) {
        return has(name) ? FlagType.duration(text(name)) : otherwise;
    }
}
