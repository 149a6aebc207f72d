package io.k8j.apiserver.validation;

import io.k8j.model.quantity.Quantity;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Locale;

/** Checks environment variables and references to fields of the Pod. */
final class EnvValidation {
    private static final List<String> ENV_FIELDS = List.of(
            "metadata.name",
            "metadata.namespace",
            "metadata.uid",
            "spec.nodeName",
            "spec.serviceAccountName",
            "status.hostIP",
            "status.hostIPs",
            "status.podIP",
            "status.podIPs");
    static final List<String> VOLUME_FIELDS =
            List.of("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid");
    private static final List<String> RESOURCES = List.of(
            "limits.cpu",
            "limits.ephemeral-storage",
            "limits.memory",
            "requests.cpu",
            "requests.ephemeral-storage",
            "requests.memory");
    private static final List<String> SIZES =
            List.of("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei");
    private static final String SIZE_WORDS =
            "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the ";
    private static final List<String> SOURCES =
            List.of("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef");

    private EnvValidation() {}

    static void env(Findings f, Place env) {
        for (Place variable : env.items()) {
            Place name = variable.field("name");
            if (name.text().isEmpty()) {
                f.required(name);
            } else {
                Meta.grammar(f, name, Names::relaxedEnvVarName);
            }
            if (variable.field("valueFrom").present()) {
                valueFrom(f, variable);
            }
        }
    }

    private static void valueFrom(Findings f, Place variable) {
        Place from = variable.field("valueFrom");
        int sources = 0;
        for (String kind : SOURCES) {
            Place source = from.field(kind);
            if (source.absent()) {
                continue;
            }
            sources++;
            switch (kind) {
                case "fieldRef" -> fieldRef(f, source, ENV_FIELDS);
                case "resourceFieldRef" -> resourceRef(f, source, false);
                case "fileKeyRef" -> fileKey(f, source);
                default -> key(f, source);
            }
        }
        if (sources == 0) {
            f.invalid(
                    from,
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or"
                            + " `fileKeyRef`");
        } else if (!variable.text("value").isEmpty()) {
            f.invalid(from, "", "may not be specified when `value` is not empty");
        } else if (sources > 1) {
            f.invalid(from, "", "may not have more than one field specified at a time");
        }
    }

    static void envFrom(Findings f, Place envFrom) {
        for (Place source : envFrom.items()) {
            if (!source.text("prefix").isEmpty()) {
                Meta.grammar(f, source.field("prefix"), Names::relaxedEnvVarName);
            }
            int sources = 0;
            for (String kind : List.of("configMapRef", "secretRef")) {
                if (source.field(kind).present()) {
                    sources++;
                    Place name = source.at(kind, "name");
                    if (name.text().isEmpty()) {
                        f.required(name);
                    } else {
                        Meta.dnsSubdomain(f, name);
                    }
                }
            }
            if (sources == 0) {
                f.invalid(envFrom, "", "must specify one of: `configMapRef` or `secretRef`");
            } else if (sources > 1) {
                f.invalid(envFrom, "", "may not have more than one field specified at a time");
            }
        }
    }

    static void fieldRef(Findings f, Place ref, List<String> fields) {
        if (ref.text("apiVersion").isEmpty()) {
            f.required(ref.field("apiVersion"));
            return;
        }
        String path = ref.text("fieldPath");
        if (path.isEmpty()) {
            f.required(ref.field("fieldPath"));
            return;
        }
        String error = conversionError(ref.text("apiVersion"), path);
        if (error != null) {
            f.invalid(ref.field("fieldPath"), path, "error converting fieldPath: " + error);
            return;
        }
        int bracket = path.indexOf("['");
        if (bracket > 0 && path.endsWith("']")) {
            String subscript = path.substring(bracket + 2, path.length() - 2);
            if (path.startsWith("metadata.annotations[")) {
                f.invalid(
                        ref,
                        subscript.toLowerCase(Locale.ROOT),
                        Names.qualifiedName(subscript.toLowerCase(Locale.ROOT)));
            } else {
                f.invalid(ref, subscript, Names.qualifiedName(subscript));
            }
        } else if (!fields.contains(path.equals("spec.host") ? "spec.nodeName" : path)) {
            f.notSupported(ref.field("fieldPath"), path.equals("spec.host") ? "spec.nodeName" : path, fields);
        }
    }

    /** What is wrong with a field's name before anything else; null if nothing. */
    private static String conversionError(String version, String path) {
        if (!version.equals("v1")) {
            return "unsupported pod version: " + version;
        }
        int bracket = path.indexOf("['");
        if (bracket > 0 && path.endsWith("']")) {
            String base = path.substring(0, bracket);
            return base.equals("metadata.annotations") || base.equals("metadata.labels")
                    ? null
                    : "field label does not support subscript: " + path;
        }
        return switch (path) {
            case "metadata.annotations",
                    "metadata.labels",
                    "metadata.name",
                    "metadata.namespace",
                    "metadata.uid",
                    "spec.nodeName",
                    "spec.restartPolicy",
                    "spec.serviceAccountName",
                    "spec.schedulerName",
                    "status.phase",
                    "status.hostIP",
                    "status.hostIPs",
                    "status.podIP",
                    "status.podIPs",
                    "spec.host" -> null;
            default -> "field label not supported: " + path;
        };
    }

    static void resourceRef(Findings f, Place ref, boolean volume) {
        String resource = ref.text("resource");
        if (volume && ref.text("containerName").isEmpty()) {
            f.required(ref.field("containerName"));
        } else if (resource.isEmpty()) {
            f.required(ref.field("resource"));
        } else if (!RESOURCES.contains(resource) && !isHugePages(resource)) {
            f.notSupported(ref.field("resource"), resource, RESOURCES);
        }
        divisor(f, ref, resource);
    }

    private static boolean isHugePages(String resource) {
        return resource.startsWith("requests.hugepages-") || resource.startsWith("limits.hugepages-");
    }

    private static void divisor(Findings f, Place ref, String resource) {
        Quantity divisor = ResourceValidation.quantity(ref.field("divisor"));
        if (divisor == null || divisor.signum() == 0) {
            return;
        }
        Place at = ref.field("divisor");
        boolean size = SIZES.contains(divisor.toString());
        String kind = resource.substring(resource.indexOf('.') + 1);
        if (kind.equals("cpu")) {
            if (!List.of("1m", "1").contains(divisor.toString())) {
                f.invalid(at, resource, "only divisor's values 1m and 1 are supported with the cpu resource");
            }
        } else if (!size && kind.equals("memory")) {
            f.invalid(at, resource, SIZE_WORDS + "memory resource");
        } else if (!size && kind.equals("ephemeral-storage")) {
            f.invalid(at, resource, SIZE_WORDS + "local ephemeral storage resource");
        } else if (!size && isHugePages(resource)) {
            f.invalid(at, resource, SIZE_WORDS + "hugepages resource");
        }
    }

    private static void key(Findings f, Place ref) {
        Meta.dnsSubdomain(f, ref.field("name"));
        if (ref.text("key").isEmpty()) {
            f.required(ref.field("key"));
        } else {
            Meta.grammar(f, ref.field("key"), Names::configMapKey);
        }
    }

    private static void fileKey(Findings f, Place ref) {
        if (ref.text("key").isEmpty()) {
            f.required(ref.field("key"));
        } else {
            Meta.grammar(f, ref.field("key"), Names::relaxedEnvVarName);
        }
        if (ref.text("volumeName").isEmpty()) {
            f.required(ref.field("volumeName"));
        } else {
            Meta.dnsLabel(f, ref.field("volumeName"));
        }
        if (ref.text("path").isEmpty()) {
            f.required(ref.field("path"));
        } else {
            PathValidation.noBacksteps(f, ref.field("path"));
        }
    }
}
