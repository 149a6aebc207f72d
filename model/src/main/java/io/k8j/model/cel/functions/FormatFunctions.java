package io.k8j.model.cel.functions;

import dev.cel.common.types.ListType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;
import io.k8j.model.validation.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Upstream's {@code kubernetes.format}: the named formats of strings. */
public final class FormatFunctions extends FunctionLibrary {
    private static final Arg FORMAT = new Arg(Values.NAMED_FORMAT, NamedFormat.class);
    private static final Map<String, NamedFormat> FORMATS = formats();

    /** What a format objects to; {@code regexSize} is what a check is taken to cost. */
    record NamedFormat(String name, int regexSize, Function<String, List<String>> check) {
        @Override
        public boolean equals(Object other) {
            return other instanceof NamedFormat that && name.equals(that.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    @SuppressWarnings("Immutable") // formats hold a name and a stateless check
    public FormatFunctions() {
        FORMATS.forEach(
                (name, format) -> function("format." + name, "format." + name, Values.NAMED_FORMAT, args -> format));
        function(
                "format.named",
                "format-named",
                OptionalType.create(Values.NAMED_FORMAT),
                args -> Optional.ofNullable(FORMATS.get((String) args[0])),
                Values.TEXT);
        method(
                "validate",
                "format-validate",
                OptionalType.create(ListType.create(SimpleType.STRING)),
                args -> {
                    List<String> problems = ((NamedFormat) args[0]).check().apply((String) args[1]);
                    return problems.isEmpty() ? Optional.empty() : Optional.of(problems);
                },
                FORMAT,
                Values.TEXT);
    }

    private static Map<String, NamedFormat> formats() {
        Map<String, NamedFormat> all = new LinkedHashMap<>();
        add(all, "dns1123Label", "DNS1123Label", 30, Names::dns1123Label);
        add(all, "dns1123Subdomain", "DNS1123Subdomain", 60, Names::dns1123Subdomain);
        add(all, "dns1035Label", "DNS1035Label", 30, Names::dns1035Label);
        add(all, "qualifiedName", "QualifiedName", 60, Names::qualifiedName);
        add(all, "dns1123LabelPrefix", "DNS1123LabelPrefix", 30, s -> Names.dns1123Label(withoutDash(s)));
        add(all, "dns1123SubdomainPrefix", "DNS1123SubdomainPrefix", 60, s -> Names.dns1123Subdomain(withoutDash(s)));
        add(all, "dns1035LabelPrefix", "DNS1035LabelPrefix", 30, s -> Names.dns1035Label(withoutDash(s)));
        add(all, "labelValue", "LabelValue", 40, Names::labelValue);
        add(all, "uri", "URI", 1103, FormatFunctions::uri);
        text(all, "uuid", 36, "does not match the UUID format");
        text(all, "byte", 84, "invalid base64");
        text(all, "date", 100, "invalid date");
        text(all, "datetime", 100, "invalid datetime");
        return all;
    }

    private static void add(
            Map<String, NamedFormat> all, String key, String name, int size, Function<String, List<String>> check) {
        all.put(key, new NamedFormat(name, size, check));
    }

    private static void text(Map<String, NamedFormat> all, String format, int size, String problem) {
        add(all, format, format, size, s -> TextFormats.fits(format, s) ? List.of() : List.of(problem));
    }

    // A generated name will get a suffix, so the prefix may end with a dash.
    private static String withoutDash(String prefix) {
        return prefix.endsWith("-") && prefix.length() > 1 ? prefix.substring(0, prefix.length() - 1) + "a" : prefix;
    }

    private static List<String> uri(String text) {
        try {
            GoUrl.parse(text);
            return List.of();
        } catch (GoUrl.MalformedException e) {
            return List.of(e.getMessage());
        }
    }
}
