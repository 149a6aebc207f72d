package io.k8j.apiserver.meta;

import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.validation.Names;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks what all kinds have in common: {@code metadata}. Errors come in upstream's order and words. */
public final class MetadataRules {
    private static final List<String> IMMUTABLE =
            List.of("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds");
    private static final int ANNOTATIONS_MAX = 256 * 1024;
    private static final int MANAGER_MAX = 128;

    private static final Set<String> STANDARD_FINALIZERS = Set.of("kubernetes", "orphan", "foregroundDeletion");
    private static final Set<String> ANY_FINALIZERS = Set.of(
            "admissionregistration.k8s.io",
            "apiextensions.k8s.io",
            "apiregistration.k8s.io",
            "coordination.k8s.io",
            "node.k8s.io",
            "policy");

    private MetadataRules() {}

    /** Everything wrong with the metadata of a new object whose name has been generated already. */
    public static List<FieldError> validate(GroupResource resource, boolean namespaced, Map<String, Object> metadata) {
        List<FieldError> errors = new ArrayList<>(0);
        String generateName = text(metadata, "generateName");
        if (!generateName.isEmpty()) {
            for (String wrong : NameRules.check(resource, generateName, true)) {
                errors.add(FieldError.invalid("metadata.generateName", generateName, wrong));
            }
        }
        String name = text(metadata, "name");
        if (name.isEmpty()) {
            errors.add(FieldError.required("metadata.name", "name or generateName is required"));
        } else {
            for (String wrong : NameRules.check(resource, name, false)) {
                errors.add(FieldError.invalid("metadata.name", name, wrong));
            }
        }
        common(namespaced, metadata, errors);
        return errors;
    }

    /** Everything wrong with the metadata of an object inside another, which needs no name. */
    public static List<FieldError> embedded(Map<String, Object> metadata) {
        List<FieldError> errors = new ArrayList<>(0);
        String prefix = text(metadata, "generateName");
        boolean dots = prefix.equals(".") || prefix.equals(".."); // as beginnings they do no harm
        for (String wrong : dots ? List.<String>of() : Names.pathSegment(prefix)) {
            errors.add(FieldError.invalid("metadata.generateName", prefix, wrong));
        }
        String name = text(metadata, "name");
        for (String wrong : Names.pathSegment(name)) errors.add(FieldError.invalid("metadata.name", name, wrong));
        common(!text(metadata, "namespace").isEmpty(), metadata, errors);
        return errors;
    }

    /**
     * Everything wrong with the metadata of a changed object; upstream checks it several times, so errors are repeated.
     *
     * @param resource of the request
     * @param subresource of the request; empty for the object itself
     * @param builtIn whether it is no custom resource
     */
    public static List<FieldError> validateUpdate(
            GroupResource resource,
            String subresource,
            boolean builtIn,
            boolean namespaced,
            Map<String, Object> metadata,
            Map<String, Object> old) {
        List<FieldError> errors = new ArrayList<>(0);
        String generateName = text(metadata, "generateName");
        if (!generateName.isEmpty()) {
            for (String wrong : Names.pathSegment(generateName)) {
                errors.add(FieldError.invalid("metadata.generateName", generateName, wrong));
            }
        }
        String name = text(metadata, "name");
        for (String wrong : Names.pathSegment(name)) errors.add(FieldError.invalid("metadata.name", name, wrong));
        common(namespaced, metadata, errors);
        List<FieldError> changes = changes(metadata, old);
        boolean quiet = errors.isEmpty() && changes.isEmpty();
        if (quiet && generateName.isEmpty() && isQualified(metadata)) return errors;
        errors.addAll(changes);
        repeated(metadata, errors);
        MetadataChecks checks = MetadataChecks.of(resource, subresource);
        for (int i = 0; i < checks.whole(); i++) {
            errors.addAll(validate(resource, namespaced, metadata));
            if (builtIn) errors.addAll(bareFinalizers(resource, metadata));
        }
        for (int i = 0; i < checks.changes(); i++) {
            errors.addAll(changes);
            repeated(metadata, errors);
            if (builtIn) errors.addAll(bareFinalizers(resource, metadata));
        }
        return errors;
    }

    private static boolean isQualified(Map<String, Object> metadata) {
        return Trees.list(metadata, "finalizers").stream()
                .allMatch(name -> name.toString().contains("/"));
    }

    /**
     * Finalizers that are neither upstream's own nor have a domain. Most built-in kinds may have none such; the groups
     * below never asked, and custom resources may have any.
     */
    public static List<FieldError> bareFinalizers(GroupResource resource, Map<String, Object> metadata) {
        List<FieldError> errors = new ArrayList<>(0);
        if (ANY_FINALIZERS.contains(resource.group())) return errors;
        List<Object> finalizers = Trees.list(metadata, "finalizers");
        for (int i = 0; i < finalizers.size(); i++) {
            String name = String.valueOf(finalizers.get(i));
            if (!name.contains("/") && !STANDARD_FINALIZERS.contains(name)) {
                errors.add(FieldError.invalid(
                        "metadata.finalizers[" + i + "]",
                        name,
                        "name is neither a standard finalizer name nor is it fully qualified"));
            }
        }
        return errors;
    }

    private static void common(boolean namespaced, Map<String, Object> metadata, List<FieldError> errors) {
        String namespace = text(metadata, "namespace");
        if (namespaced && namespace.isEmpty()) {
            errors.add(FieldError.required("metadata.namespace", ""));
        } else if (namespaced) {
            for (String wrong : Names.dns1123Label(namespace)) {
                errors.add(FieldError.invalid("metadata.namespace", namespace, wrong));
            }
        } else if (!namespace.isEmpty()) {
            errors.add(FieldError.forbidden("metadata.namespace", "not allowed on this type"));
        }
        generation(metadata, errors);
        labels(metadata, errors);
        annotations(metadata, errors);
        owners(metadata, errors);
        finalizers(metadata, errors);
        managedFields(metadata, errors);
    }

    private static List<FieldError> changes(Map<String, Object> metadata, Map<String, Object> old) {
        List<FieldError> errors = new ArrayList<>(0);
        if (old.get("deletionTimestamp") != null) noNewFinalizers(metadata, old, errors);
        generation(metadata, errors);
        Long now = Trees.integer(metadata, "generation");
        Long before = Trees.integer(old, "generation");
        if ((now == null ? 0 : now) < (before == null ? 0 : before)) {
            errors.add(FieldError.invalid("metadata.generation", now == null ? 0 : now, "must not be decremented"));
        }
        for (String field : IMMUTABLE) {
            Object value = metadata.get(field);
            if (!Trees.deepEquals(value, old.get(field))) {
                Object shown = value == null && !field.startsWith("deletion") ? "" : value;
                errors.add(FieldError.invalid("metadata." + field, shown, "field is immutable"));
            }
        }
        return errors;
    }

    /** What {@link #common} has looked at, too. */
    private static void repeated(Map<String, Object> metadata, List<FieldError> errors) {
        labels(metadata, errors);
        annotations(metadata, errors);
        owners(metadata, errors);
        managedFields(metadata, errors);
    }

    private static void generation(Map<String, Object> metadata, List<FieldError> errors) {
        Long generation = Trees.integer(metadata, "generation");
        if (generation != null && generation < 0) {
            errors.add(FieldError.invalid("metadata.generation", generation, "must be greater than or equal to 0"));
        }
    }

    private static void labels(Map<String, Object> metadata, List<FieldError> errors) {
        Trees.map(metadata, "labels").forEach((key, value) -> {
            for (String wrong : Names.qualifiedName(key)) {
                errors.add(FieldError.invalid("metadata.labels", key, wrong));
            }
            String text = value instanceof String s ? s : "";
            for (String wrong : Names.labelValue(text)) {
                errors.add(FieldError.invalid("metadata.labels", text, wrong));
            }
        });
    }

    private static void annotations(Map<String, Object> metadata, List<FieldError> errors) {
        long size = 0;
        for (Map.Entry<String, Object> e : Trees.map(metadata, "annotations").entrySet()) {
            for (String wrong : Names.qualifiedName(e.getKey().toLowerCase(Locale.ROOT))) {
                errors.add(FieldError.invalid("metadata.annotations", e.getKey(), wrong));
            }
            size += utf8Length(e.getKey()) + (e.getValue() instanceof String s ? utf8Length(s) : 0);
        }
        if (size > ANNOTATIONS_MAX) errors.add(FieldError.tooLong("metadata.annotations", ANNOTATIONS_MAX));
    }

    private static void owners(Map<String, Object> metadata, List<FieldError> errors) {
        List<Object> owners = Trees.list(metadata, "ownerReferences");
        String controller = null;
        for (Object owner : owners) {
            owner(owner, errors);
            if (!Trees.isTrue(owner, "controller")) continue;
            String name = Trees.string(owner, "kind") + "/" + Trees.string(owner, "name");
            if (controller == null) {
                controller = name;
                continue;
            }
            errors.add(FieldError.invalid(
                    "metadata.ownerReferences",
                    owners,
                    "Only one reference can have Controller set to true. Found \"true\" in references for %s and %s"
                            .formatted(controller, name)));
        }
    }

    private static void owner(Object owner, List<FieldError> errors) {
        String at = "metadata.ownerReferences";
        String apiVersion = textOf(owner, "apiVersion");
        boolean readable = apiVersion.indexOf('/') == apiVersion.lastIndexOf('/');
        if (apiVersion.isEmpty() || apiVersion.endsWith("/") || !readable) {
            errors.add(FieldError.invalid(at + ".apiVersion", apiVersion, "version must not be empty"));
        }
        for (String field : List.of("kind", "name", "uid")) {
            String value = textOf(owner, field);
            if (value.isEmpty()) {
                errors.add(FieldError.invalid(at + "." + field, value, "must not be empty"));
            }
        }
        if (apiVersion.equals("v1") && textOf(owner, "kind").equals("Event")) {
            errors.add(FieldError.invalid(at, owner, "/v1, Kind=Event is disallowed from being an owner"));
        }
    }

    private static void finalizers(Map<String, Object> metadata, List<FieldError> errors) {
        List<Object> finalizers = Trees.list(metadata, "finalizers");
        for (Object finalizer : finalizers) {
            for (String wrong : Names.qualifiedName(String.valueOf(finalizer))) {
                errors.add(FieldError.invalid("metadata.finalizers", finalizer, wrong));
            }
        }
        if (finalizers.contains("orphan") && finalizers.contains("foregroundDeletion")) {
            errors.add(FieldError.invalid(
                    "metadata.finalizers", finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
        }
    }

    private static void noNewFinalizers(
            Map<String, Object> metadata, Map<String, Object> old, List<FieldError> errors) {
        Set<String> added = new TreeSet<>();
        for (Object finalizer : Trees.list(metadata, "finalizers")) added.add(String.valueOf(finalizer));
        Set<String> had = new LinkedHashSet<>();
        for (Object finalizer : Trees.list(old, "finalizers")) had.add(String.valueOf(finalizer));
        added.removeAll(had);
        if (added.isEmpty()) return;
        String list = added.stream().map(GoQuote::quote).collect(Collectors.joining(", "));
        errors.add(FieldError.forbidden(
                "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{" + list
                        + "}"));
    }

    private static void managedFields(Map<String, Object> metadata, List<FieldError> errors) {
        List<Object> entries = Trees.list(metadata, "managedFields");
        for (int i = 0; i < entries.size(); i++) {
            String at = "metadata.managedFields[" + i + "]";
            String operation = textOf(entries.get(i), "operation");
            if (!operation.equals("Apply") && !operation.equals("Update")) {
                errors.add(FieldError.invalid(at + ".operation", operation, "must be `Apply` or `Update`"));
            }
            String type = textOf(entries.get(i), "fieldsType");
            if (!type.isEmpty() && !type.equals("FieldsV1")) {
                errors.add(FieldError.invalid(at + ".fieldsType", type, "must be `FieldsV1`"));
            }
            errors.addAll(manager(textOf(entries.get(i), "manager"), at + ".manager"));
        }
    }

    /** What is wrong with a field manager's name. */
    public static List<FieldError> manager(String manager, String at) {
        List<FieldError> errors = new ArrayList<>(0);
        if (utf8Length(manager) > MANAGER_MAX) errors.add(FieldError.tooLong(at, MANAGER_MAX));
        if (isPlain(manager)) return errors;
        int[] position = {0};
        manager.codePoints().forEach(c -> {
            if (!isPrintable(c)) {
                errors.add(FieldError.invalid(
                        at, manager, "invalid character U+%04X (at position %d)".formatted(c, position[0])));
            }
            position[0] += Character.charCount(c);
        });
        return errors;
    }

    /** Whether all characters are printable ASCII, as almost always. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') return false;
        }
        return true;
    }

    /** As Go's {@code unicode.IsPrint}: letters, marks, numbers, punctuation, symbols and the plain space. */
    public static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    private static int utf8Length(String text) {
        int n = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            n += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return n;
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }

    private static String textOf(Object map, String field) {
        return Trees.get(map, field) instanceof String s ? s : "";
    }
}
