package io.k8j.kubelet.template;

import io.k8j.model.json.Json;
import io.k8j.model.yaml.Yaml;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Functions that templates call by name. Immutable. */
public final class Functions {
    /** One function; a fault in its arguments is an {@link IllegalArgumentException}. */
    @FunctionalInterface
    public interface Function {
        Object call(List<Object> arguments);
    }

    /** Go's own functions, kwok's {@code Quote} and {@code YAML}, and those of sprig that stages use. */
    public static final Functions STANDARD = new Functions(standard());

    private final Map<String, Function> byName;
    private final Functions others; // asked for what is not here; may be null

    public Functions(Map<String, Function> byName) {
        this(byName, null);
    }

    private Functions(Map<String, Function> byName, Functions others) {
        this.byName = Map.copyOf(byName);
        this.others = others;
    }

    Set<String> names() {
        Set<String> names = new HashSet<>(byName.keySet());
        if (others != null) names.addAll(others.names());
        return names;
    }

    /** These and more; of two with one name the added one counts. */
    public Functions with(Functions more) {
        return new Functions(more.byName, more.others == null ? this : with(more.others));
    }

    Object call(String name, List<Object> arguments) {
        Function function = byName.get(name);
        if (function != null) return function.call(arguments);
        if (others == null) throw new IllegalArgumentException("not known here");
        return others.call(name, arguments);
    }

    /** Whether the value decides already, so that the arguments after it are not looked at. */
    boolean settles(String name, Object value) {
        return name.equals("or") && Values.truth(value) || name.equals("and") && !Values.truth(value);
    }

    private static Map<String, Function> standard() {
        Map<String, Function> all = new HashMap<>();
        logic(all);
        texts(all);
        numbers(all);
        collections(all);
        return all;
    }

    private static void logic(Map<String, Function> all) {
        all.put("and", List::getLast); // the ones before it were true
        all.put("or", List::getLast); // the ones before it were false
        all.put("not", a -> !Values.truth(a.getFirst()));
        all.put("eq", a -> a.subList(1, a.size()).stream().anyMatch(b -> Values.equal(a.getFirst(), b)));
        all.put("ne", a -> !Values.equal(a.get(0), a.get(1)));
        all.put("lt", a -> Values.compare(a.get(0), a.get(1)) < 0);
        all.put("le", a -> Values.compare(a.get(0), a.get(1)) <= 0);
        all.put("gt", a -> Values.compare(a.get(0), a.get(1)) > 0);
        all.put("ge", a -> Values.compare(a.get(0), a.get(1)) >= 0);
        all.put("empty", a -> !Values.truth(a.getFirst()));
        all.put("default", a -> a.size() > 1 && Values.truth(a.get(1)) ? a.get(1) : a.get(0));
        all.put("coalesce", a -> a.stream().filter(Values::truth).findFirst().orElse(null));
        all.put("ternary", a -> Values.truth(a.get(2)) ? a.get(0) : a.get(1));
    }

    private static void texts(Map<String, Function> all) {
        all.put("print", a -> String.join("", a.stream().map(Values::text).toList()));
        all.put("println", a -> String.join(" ", a.stream().map(Values::text).toList()) + "\n");
        all.put("printf", Functions::printf);
        all.put("Quote", a -> quoted(a.getFirst()));
        all.put("quote", a -> Json.writeString(Values.text(a.getFirst())));
        all.put("squote", a -> "'" + Values.text(a.getFirst()) + "'");
        all.put("YAML", Functions::yaml);
        all.put("toYaml", a -> Yaml.writeString(a.getFirst()).stripTrailing());
        all.put("toJson", a -> Json.writeString(a.getFirst()));
        all.put("toString", a -> Values.text(a.getFirst()));
        all.put("upper", a -> Values.text(a.getFirst()).toUpperCase(Locale.ROOT));
        all.put("lower", a -> Values.text(a.getFirst()).toLowerCase(Locale.ROOT));
        all.put("trim", a -> Values.text(a.getFirst()).strip());
        all.put("replace", a -> Values.text(a.get(2)).replace(Values.text(a.get(0)), Values.text(a.get(1))));
        all.put("contains", a -> Values.text(a.get(1)).contains(Values.text(a.get(0))));
        all.put("hasPrefix", a -> Values.text(a.get(1)).startsWith(Values.text(a.get(0))));
        all.put("hasSuffix", a -> Values.text(a.get(1)).endsWith(Values.text(a.get(0))));
        all.put("trimPrefix", a -> without(Values.text(a.get(1)), Values.text(a.get(0)), true));
        all.put("trimSuffix", a -> without(Values.text(a.get(1)), Values.text(a.get(0)), false));
        all.put(
                "join",
                a -> String.join(
                        Values.text(a.get(0)),
                        ((List<?>) a.get(1)).stream().map(Values::text).toList()));
        all.put("indent", a -> Values.text(a.get(1)).indent((int) Values.whole(a.get(0))));
    }

    private static String without(String text, String part, boolean start) {
        if (start) return text.startsWith(part) ? text.substring(part.length()) : text;
        return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
    }

    private static void numbers(Map<String, Function> all) {
        all.put("int", a -> Values.whole(a.getFirst()));
        all.put("int64", a -> Values.whole(a.getFirst()));
        all.put("add", a -> a.stream().mapToLong(Values::whole).sum());
        all.put("sub", a -> Values.whole(a.get(0)) - Values.whole(a.get(1)));
        all.put("mul", a -> a.stream().mapToLong(Values::whole).reduce(1, (x, y) -> x * y));
        all.put("div", a -> Values.whole(a.get(0)) / nonZero(a.get(1)));
        all.put("mod", a -> Values.whole(a.get(0)) % nonZero(a.get(1)));
        all.put("max", a -> a.stream().mapToLong(Values::whole).max().orElse(0));
        all.put("min", a -> a.stream().mapToLong(Values::whole).min().orElse(0));
    }

    private static long nonZero(Object value) {
        long number = Values.whole(value);
        if (number == 0) throw new IllegalArgumentException("division by zero");
        return number;
    }

    private static void collections(Map<String, Function> all) {
        all.put("len", a -> (long)
                switch (a.getFirst()) {
                    case null -> 0;
                    case String text -> text.length();
                    case List<?> list -> list.size();
                    case Map<?, ?> map -> map.size();
                    case Object other -> throw new IllegalArgumentException("len of type " + Values.text(other));
                });
        all.put("index", Functions::index);
        all.put("list", a -> new ArrayList<>(a));
        all.put("dict", Functions::dict);
        all.put("first", a -> a.getFirst() instanceof List<?> list && !list.isEmpty() ? list.getFirst() : null);
        all.put("last", a -> a.getFirst() instanceof List<?> list && !list.isEmpty() ? list.getLast() : null);
        all.put("has", a -> a.get(1) instanceof List<?> list && list.contains(a.get(0)));
        all.put("hasKey", a -> a.get(0) instanceof Map<?, ?> map && map.containsKey(a.get(1)));
    }

    private static Object index(List<Object> arguments) {
        Object value = arguments.getFirst();
        for (Object key : arguments.subList(1, arguments.size())) {
            value = switch (value) {
                case null -> null;
                case List<?> list -> list.get(Math.toIntExact(Values.whole(key)));
                case Map<?, ?> map -> map.get(key);
                default -> throw new IllegalArgumentException("can't index item of type " + Values.text(value));
            };
        }
        return value;
    }

    private static Map<String, Object> dict(List<Object> arguments) {
        Map<String, Object> dict = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            dict.put(Values.text(arguments.get(i)), i + 1 < arguments.size() ? arguments.get(i + 1) : "");
        }
        return dict;
    }

    /** JSON's form, which is a value of YAML, too. */
    private static String quoted(Object value) {
        String json = Json.writeString(value);
        return json.startsWith("\"") ? json : Json.writeString(json);
    }

    private static String yaml(List<Object> arguments) {
        String text = Yaml.writeString(arguments.getFirst());
        long indent = arguments.size() > 1 ? Values.whole(arguments.get(1)) : 0;
        return indent > 0 ? ("\n" + text).replace("\n", "\n" + "  ".repeat((int) indent)) : text;
    }

    private static String printf(List<Object> arguments) {
        String format = Values.text(arguments.getFirst()).replace("%v", "%s").replace("%q", "\"%s\"");
        Object[] rest = arguments.subList(1, arguments.size()).stream()
                .map(value -> value instanceof Long || value instanceof Double ? value : Values.text(value))
                .toArray();
        try {
            return String.format(Locale.ROOT, format, rest);
        } catch (java.util.IllegalFormatException e) {
            throw new IllegalArgumentException("bad format %s of %s".formatted(format, Arrays.toString(rest)), e);
        }
    }
}
