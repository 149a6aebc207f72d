package io.k8j.schema;

import io.k8j.schema.TypeDef.FieldDef;
import io.k8j.schema.TypeDef.Presence;
import io.k8j.schema.TypeDef.Ref;
import io.k8j.schema.TypeDef.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Applies the rows of {@code semantics.tsv}; its head explains the columns. */
final class Semantics {
    private static final List<String> PREFIXES = List.of(
            "io.k8s.api.",
            "io.k8s.apimachinery.pkg.apis.",
            "io.k8s.apimachinery.pkg.",
            "io.k8s.apiextensions-apiserver.pkg.apis.",
            "io.k8s.kube-aggregator.pkg.apis.");

    private final Map<String, TypeDef> types;
    private final Map<String, TypeDef> byShortName = new HashMap<>();

    private Semantics(Map<String, TypeDef> types) {
        this.types = types;
        for (TypeDef type : types.values()) byShortName.putIfAbsent(shortName(type.name), type);
    }

    /** Applies the table, puts inlined fields in their place and settles presence. */
    static void apply(Path table, Map<String, TypeDef> types) throws IOException {
        Semantics semantics = new Semantics(types);
        List<String> unknown = new ArrayList<>();
        for (String line : Files.readAllLines(table)) {
            if (line.startsWith("#") || line.startsWith("type\t") || line.isBlank()) continue;
            String[] row = Arrays.copyOf(line.split("\t", -1), 11);
            for (int i = 0; i < row.length; i++) if (row[i] == null) row[i] = "";
            if (!semantics.applyRow(row)) unknown.add(row[0] + " " + row[1]);
        }
        if (!unknown.isEmpty()) throw new IllegalStateException("rows without a field: " + unknown);
        for (TypeDef type : types.values()) semantics.settlePresence(type);
        Set<String> done = new HashSet<>();
        for (TypeDef type : types.values()) semantics.unfold(type, done);
    }

    private static String shortName(String typeName) {
        for (String prefix : PREFIXES) if (typeName.startsWith(prefix)) return typeName.substring(prefix.length());
        return typeName;
    }

    private boolean applyRow(String[] row) {
        TypeDef type = byShortName.get(row[0]);
        if (type == null) return false;
        if (row[1].isEmpty()) {
            type.atomic = row[7].equals("atomic");
            return true;
        }
        FieldDef field = type.field(row[1]);
        if (field == null) return false;
        if (row[2].equals("inline")) field.inline = true;
        else if (!row[2].isEmpty()) field.presence = Presence.valueOf(row[2].toUpperCase(Locale.ROOT));
        field.listType = row[3];
        field.listMapKeys = words(row[4], ",");
        field.strategy = words(row[5], "\\|");
        field.mergeKey = row[6];
        field.atomic = row[7].equals("atomic");
        field.publishedDefault = row[8];
        field.filledDefault = row[9];
        field.named = row[10];
        return true;
    }

    private static List<String> words(String text, String separator) {
        return text.isEmpty() ? List.of() : List.of(text.split(separator));
    }

    private void settlePresence(TypeDef type) {
        for (FieldDef field : type.fields) {
            if (field.presence != null) continue;
            boolean plain = field.type.plain() || named(type, field).shape == Shape.STRING_LIST;
            if (field.required) field.presence = Presence.ALWAYS;
            else field.presence = plain ? Presence.OMIT : Presence.KEEP;
        }
    }

    private TypeDef named(TypeDef owner, FieldDef field) {
        TypeDef found = types.get(((Ref.Named) field.type).type());
        if (found == null)
            throw new IllegalStateException(owner.name + "." + field.name + " has no type " + field.type);
        return found;
    }

    /** Replaces inlined fields by those of their type; the number becomes a path of 10-bit groups. */
    private void unfold(TypeDef type, Set<String> done) {
        if (!done.add(type.name)) return;
        List<FieldDef> flat = new ArrayList<>();
        Set<String> missing = new HashSet<>(type.unmatched);
        for (FieldDef field : type.fields) {
            if (!field.inline) {
                flat.add(field);
                continue;
            }
            TypeDef inner = named(type, field);
            unfold(inner, done);
            for (FieldDef innerField : inner.fields) {
                int levels = innerField.number >= 1 << 10 ? 20 : 10;
                flat.add(innerField.withNumber(field.number << levels | innerField.number));
                missing.remove(innerField.name);
            }
        }
        if (!missing.isEmpty()) throw new IllegalStateException(type.name + " lacks protobuf fields for " + missing);
        type.fields.clear();
        type.fields.addAll(flat);
    }
}
