package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks Ingresses, their classes and network policies. */
public final class NetworkingValidation {
    private static final List<String> BAD_SEQUENCES = List.of("//", "/./", "/../", "%2f", "%2F");
    private static final List<String> BAD_ENDINGS = List.of("/..", "/.");
    private static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";

    private NetworkingValidation() {}

    /** A name such as {@code example.com/controller}. */
    static void domainPrefixedPath(Findings f, Place p) {
        String text = p.text();
        if (text.isEmpty()) {
            f.required(p);
            return;
        }
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            f.invalid(p, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
            return;
        }
        for (String message : Names.dns1123Subdomain(text.substring(0, slash))) {
            f.invalid(p, text.substring(0, slash), message);
        }
        String path = text.substring(slash + 1);
        if (!path.matches("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+")) {
            f.invalid(p, path, Names.regex("Invalid path", "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"));
        }
    }

    public static List<FieldError> ingress(Map<String, Object> object) {
        Findings f = new Findings();
        Place p = Place.of(object);
        Place annotation = p.at("metadata", "annotations").key(CLASS_ANNOTATION);
        Place spec = p.field("spec");
        ingressSpec(f, spec, Place.of(null));
        Place name = spec.field("ingressClassName");
        if (annotation.present() && name.present() && !annotation.text().equals(name.text())) {
            f.invalid(
                    new Place(annotation.value(), "annotations." + CLASS_ANNOTATION),
                    "must match `ingressClassName` when both are specified");
        }
        return f.list();
    }

    public static List<FieldError> ingressUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        ingressSpec(f, Place.of(object).field("spec"), Place.of(old).field("spec"));
        return f.list();
    }

    /** @param old the stored spec; absent for a new object. What was wrong before may stay so. */
    private static void ingressSpec(Findings f, Place spec, Place old) {
        boolean badSecrets = hasBadSecret(old);
        boolean badWildcards = hasBadWildcard(old);
        if (spec.field("rules").isEmpty() && spec.field("defaultBackend").absent()) {
            f.invalid(spec, spec.field("rules").value(), "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.field("defaultBackend").present()) {
            backend(f, spec.field("defaultBackend"));
        }
        for (Place rule : spec.field("rules").items()) {
            host(f, rule.field("host"));
            if (!badWildcards || !rule.text("host").contains("*")) {
                http(f, rule.field("http"));
            }
        }
        for (Place tls : spec.field("tls").items()) {
            for (Place host : tls.field("hosts").items()) {
                if (host.text().contains("*")) {
                    Meta.grammar(f, host, Names::wildcardSubdomain);
                } else {
                    Meta.dnsSubdomain(f, host);
                }
            }
            if (!badSecrets && !tls.text("secretName").isEmpty()) {
                Meta.dnsSubdomain(f, tls.field("secretName"));
            }
        }
        if (spec.field("ingressClassName").present()) {
            Meta.dnsSubdomain(f, spec.field("ingressClassName"));
        }
    }

    private static void http(Findings f, Place http) {
        if (http.absent()) {
            return;
        }
        if (http.field("paths").isEmpty()) {
            f.required(http.field("paths"));
        }
        http.field("paths").items().forEach(path -> path(f, path));
    }

    private static boolean hasBadSecret(Place spec) {
        return spec.field("tls").items().stream()
                .map(tls -> tls.text("secretName"))
                .anyMatch(
                        name -> !name.isEmpty() && !Names.dns1123Subdomain(name).isEmpty());
    }

    private static boolean hasBadWildcard(Place spec) {
        Findings f = new Findings();
        spec.field("rules").items().stream()
                .filter(rule -> rule.text("host").contains("*"))
                .forEach(rule -> http(f, rule.field("http")));
        return !f.isEmpty();
    }

    private static void host(Findings f, Place host) {
        if (host.text().isEmpty()) {
            return;
        }
        if (Meta.isIp(host.text())) {
            f.invalid(host, "must be a DNS name, not an IP address");
        }
        if (host.text().contains("*")) {
            Meta.grammar(f, host, Names::wildcardSubdomain);
        } else {
            Meta.dnsSubdomain(f, host);
        }
    }

    private static void path(Findings f, Place path) {
        Place type = path.field("pathType");
        Place text = path.field("path");
        if (type.absent()) {
            f.required(type, "pathType must be specified");
            return;
        }
        switch (type.text()) {
            case "Exact", "Prefix" -> {
                if (!text.text().startsWith("/")) {
                    f.invalid(text, text.text(), "must be an absolute path");
                }
                if (!text.text().isEmpty()) {
                    sequences(f, text);
                }
            }
            case "ImplementationSpecific" -> {
                if (!text.text().isEmpty() && !text.text().startsWith("/")) {
                    f.invalid(text, "must be an absolute path");
                }
            }
            default -> f.notSupported(type, type.text(), List.of("Exact", "ImplementationSpecific", "Prefix"));
        }
        backend(f, path.field("backend"));
    }

    private static void sequences(Findings f, Place text) {
        for (String bad : BAD_SEQUENCES) {
            if (text.text().contains(bad)) {
                f.invalid(text, "must not contain '" + bad + "'");
            }
        }
        for (String bad : BAD_ENDINGS) {
            if (text.text().endsWith(bad)) {
                f.invalid(text, "cannot end with '" + bad + "'");
            }
        }
    }

    private static void backend(Findings f, Place backend) {
        Place service = backend.field("service");
        Place resource = backend.field("resource");
        if (service.present() && resource.present()) {
            f.invalid(backend, "", "cannot set both resource and service backends");
        } else if (resource.present()) {
            if (resource.field("apiGroup").present()) {
                Meta.dnsSubdomain(f, resource.field("apiGroup"));
            }
            for (String field : List.of("kind", "name")) {
                segment(f, resource.field(field));
            }
        } else if (service.present()) {
            if (service.text("name").isEmpty()) {
                f.required(service.field("name"));
            } else {
                Meta.dnsLabel(f, service.field("name"));
            }
            Place name = service.at("port", "name");
            Place number = service.at("port", "number");
            if (!name.text().isEmpty() && number.number(0) != 0) {
                f.invalid(backend, "", "cannot set both port name & port number");
            } else if (!name.text().isEmpty()) {
                Meta.grammar(f, name, Names::portName);
            } else if (number.number(0) != 0) {
                Meta.port(f, number);
            } else {
                f.required(backend, "port name or number is required");
            }
        } else {
            f.invalid(backend, "", "resource or service backend is required");
        }
    }

    public static List<FieldError> ingressStatus(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        String[] path = {"status", "loadBalancer", "ingress"};
        Set<String> known = ServiceValidation.balancerIps(Place.of(old).at(path));
        ServiceValidation.balancerIngress(f, Place.of(object).at(path), false, known);
        return f.list();
    }

    /** A kind or name of something that the reference does not say more about. */
    private static void segment(Findings f, Place p) {
        if (p.text().isEmpty()) {
            f.required(p);
        } else {
            Meta.grammar(f, p, Names::pathSegment);
        }
    }

    public static List<FieldError> ingressClass(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        Place controller = spec.field("controller");
        if (controller.text().length() > 250) {
            f.tooLong(controller, 250);
        }
        domainPrefixedPath(f, controller);
        Place parameters = spec.field("parameters");
        if (parameters.absent()) {
            return f.list();
        }
        if (parameters.field("apiGroup").present()) {
            Meta.dnsSubdomain(f, parameters.field("apiGroup"));
        }
        for (String field : List.of("kind", "name")) {
            segment(f, parameters.field(field));
        }
        Place scope = parameters.field("scope");
        Place namespace = parameters.field("namespace");
        if (scope.absent()) {
            f.required(scope);
            return f.list();
        }
        Meta.oneOf(f, scope, List.of("Cluster", "Namespace"));
        if (scope.text().equals("Namespace")) {
            if (namespace.absent()) {
                f.required(namespace, "`parameters.scope` is set to 'Namespace'");
            } else {
                Meta.dnsLabel(f, namespace);
            }
        }
        if (scope.text().equals("Cluster") && namespace.present()) {
            f.forbidden(namespace, "`parameters.scope` is set to 'Cluster'");
        }
        return f.list();
    }

    public static List<FieldError> ingressClassUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        Place now = Place.of(object).at("spec", "controller");
        if (!Meta.same(now, Place.of(old).at("spec", "controller"))) {
            f.invalid(now, now.text(), Meta.IMMUTABLE);
        }
        ingressClass(object).forEach(f::add);
        return f.list();
    }
}
