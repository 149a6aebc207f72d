package io.k8j.apiserver.validation;

import io.k8j.model.api.FieldError;
import io.k8j.model.validation.Names;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

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
        ingressSpec(f, spec);
        if (annotation.present() && spec.field("ingressClassName").present()) {
            f.invalid(
                    new Place(annotation.value(), "metadata.annotations[" + CLASS_ANNOTATION + "]"),
                    annotation.text(),
                    "can not be set when the class field is also set");
        }
        return f.list();
    }

    public static List<FieldError> ingressUpdate(Map<String, Object> object, Map<String, Object> old) {
        Findings f = new Findings();
        ingressSpec(f, Place.of(object).field("spec"));
        return f.list();
    }

    private static void ingressSpec(Findings f, Place spec) {
        if (spec.field("rules").isEmpty() && spec.field("defaultBackend").absent()) {
            f.invalid(spec, spec.field("rules").value(), "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.field("defaultBackend").present()) {
            backend(f, spec.field("defaultBackend"));
        }
        for (Place rule : spec.field("rules").items()) {
            host(f, rule.field("host"));
            Place http = rule.field("http");
            if (http.present()) {
                if (http.field("paths").isEmpty()) {
                    f.required(http.field("paths"));
                }
                http.field("paths").items().forEach(path -> path(f, path));
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
            if (!tls.text("secretName").isEmpty()) {
                Meta.dnsSubdomain(f, tls.field("secretName"));
            }
        }
        if (spec.field("ingressClassName").present()) {
            Meta.dnsSubdomain(f, spec.field("ingressClassName"));
        }
    }

    private static void host(Findings f, Place host) {
        if (host.text().isEmpty()) {
            return;
        }
        if (Meta.isIp(host.text())) {
            f.invalid(host, "must be a DNS name, not an IP address");
        } else if (host.text().contains("*")) {
            Meta.grammar(f, host, Names::wildcardSubdomain);
        } else {
            Meta.dnsSubdomain(f, host);
        }
    }

    private static void path(Findings f, Place path) {
        Place type = path.field("pathType");
        Place text = path.field("path");
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
            case "" -> f.required(type, "pathType must be specified");
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
            for (String field : List.of("kind", "name")) {
                if (resource.text(field).isEmpty()) {
                    f.required(resource.field(field));
                }
            }
        } else if (service.present()) {
            if (service.text("name").isEmpty()) {
                f.required(service.field("name"));
            } else {
                Meta.grammar(f, service.field("name"), Names::dns1035Label);
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

    public static List<FieldError> ingressStatus(Map<String, Object> object) {
        Findings f = new Findings();
        ServiceValidation.balancerIngress(f, Place.of(object).at("status", "loadBalancer", "ingress"), false);
        return f.list();
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
        for (String field : List.of("kind", "name")) {
            if (parameters.text(field).isEmpty()) {
                f.required(parameters.field(field));
            }
        }
        Place scope = parameters.field("scope");
        Place namespace = parameters.field("namespace");
        Meta.requiredOneOf(f, scope, List.of("Cluster", "Namespace"));
        if (scope.text().equals("Namespace") && namespace.absent()) {
            f.required(namespace, "`parameters.scope` is set to 'Namespace'");
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
            f.invalid(now, Meta.IMMUTABLE);
        }
        ingressClass(object).forEach(f::add);
        return f.list();
    }

    public static List<FieldError> networkPolicy(Map<String, Object> object) {
        Findings f = new Findings();
        Place spec = Place.of(object).field("spec");
        LabelSelectorValidation.check(f, spec.field("podSelector"));
        for (Place rule : spec.field("ingress").items()) {
            rule.field("ports").items().forEach(port -> policyPort(f, port));
            rule.field("from").items().forEach(peer -> peer(f, peer));
        }
        for (Place rule : spec.field("egress").items()) {
            rule.field("ports").items().forEach(port -> policyPort(f, port));
            rule.field("to").items().forEach(peer -> peer(f, peer));
        }
        Place types = spec.field("policyTypes");
        if (types.size() > 2) {
            f.invalid(types, "may not specify more than two policyTypes");
            return f.list();
        }
        for (String type : types.texts()) {
            if (!List.of("Egress", "Ingress").contains(type)) {
                f.notSupported(types, type, List.of("Egress", "Ingress"));
            }
        }
        return f.list();
    }

    private static void policyPort(Findings f, Place p) {
        Meta.optionalOneOf(f, p.field("protocol"), ContainerValidation.PROTOCOLS);
        Place port = p.field("port");
        Place end = p.field("endPort");
        if (port.absent()) {
            if (end.present()) {
                f.invalid(end, "may not be specified when `port` is not specified");
            }
            return;
        }
        if (port.value() instanceof String) {
            if (end.present()) {
                f.invalid(end, "may not be specified when `port` is non-numeric");
            }
            Meta.portOrName(f, port);
            return;
        }
        Meta.port(f, port);
        if (end.present()) {
            if (end.number(0) < port.number(0)) {
                f.invalid(end, port.number(0), "must be greater than or equal to `port`");
            }
            Meta.port(f, end);
        }
    }

    private static void peer(Findings f, Place peer) {
        int given = 0;
        for (String field : List.of("podSelector", "namespaceSelector")) {
            if (peer.field(field).present()) {
                given++;
                LabelSelectorValidation.check(f, peer.field(field));
            }
        }
        Place block = peer.field("ipBlock");
        if (block.present()) {
            given++;
            block(f, block);
        }
        if (given == 0) {
            f.required(peer, "must specify a peer");
        } else if (given > 1 && block.present()) {
            f.forbidden(peer, "may not specify both ipBlock and another peer");
        }
    }

    private static void block(Findings f, Place block) {
        Place cidr = block.field("cidr");
        if (cidr.text().isEmpty()) {
            f.required(cidr);
            return;
        }
        Meta.cidr(f, cidr);
        if (!Meta.isCidr(cidr.text())) {
            return;
        }
        for (Place except : block.field("except").items()) {
            Meta.cidr(f, except);
            if (Meta.isCidr(except.text()) && !strictlyWithin(except.text(), cidr.text())) {
                f.invalid(except, "must be a strict subset of `cidr`");
            }
        }
    }

    private static boolean strictlyWithin(String inner, String outer) {
        int innerBits = Integer.parseInt(inner.substring(inner.indexOf('/') + 1));
        int outerBits = Integer.parseInt(outer.substring(outer.indexOf('/') + 1));
        InetAddress a = Meta.address(inner.substring(0, inner.indexOf('/')));
        InetAddress b = Meta.address(outer.substring(0, outer.indexOf('/')));
        if (a == null || b == null || a.getAddress().length != b.getAddress().length || innerBits <= outerBits) {
            return false;
        }
        for (int i = 0; i < outerBits; i++) {
            int mask = 0x80 >> (i % 8);
            if ((a.getAddress()[i / 8] & mask) != (b.getAddress()[i / 8] & mask)) {
                return false;
            }
        }
        return true;
    }
}
