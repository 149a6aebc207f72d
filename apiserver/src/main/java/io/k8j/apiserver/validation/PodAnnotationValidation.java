package io.k8j.apiserver.validation;

import io.k8j.model.json.Trees;

/** Checks annotations that mean something to Pods, on Pods and on templates. */
final class PodAnnotationValidation {
    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
    private static final String SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

    private PodAnnotationValidation() {}

    /** Annotations that mean something to Pods, on Pods and templates. */
    static void check(Findings f, Place annotations, Place spec) {
        if (annotations.field(MIRROR).present() && spec.text("nodeName").isEmpty()) {
            f.invalid(annotations.key(MIRROR), "must set spec.nodeName if mirror pod annotation is set");
        }
        Place cost = annotations.key(DELETION_COST);
        if (cost.present() && !isInt32(cost.text())) {
            f.invalid(cost, cost.text(), "must be a 32bit integer");
        }
        if (annotations.field(SECCOMP_POD).present()) {
            seccomp(f, annotations.field(SECCOMP_POD));
        }
        for (String key : Meta.sorted(annotations).keySet()) {
            if (key.startsWith(SECCOMP_CONTAINER)) {
                seccomp(f, annotations.field(key));
            }
        }
        for (String key : Meta.sorted(annotations).keySet()) {
            if (key.startsWith(APP_ARMOR)) {
                appArmor(f, annotations.key(key), key.substring(APP_ARMOR.length()), spec);
            }
        }
    }

    private static void appArmor(Findings f, Place profile, String container, Place spec) {
        boolean[] found = new boolean[1];
        PodSpecValidation.eachContainer(spec, c -> found[0] |= c.text("name").equals(container));
        if (!found[0]) {
            f.invalid(profile, container, "container not found");
        }
        String value = profile.text();
        boolean known = value.isEmpty()
                || value.equals("runtime/default")
                || value.equals("unconfined")
                || value.startsWith("localhost/");
        if (!known) {
            f.invalid(profile, value, "invalid AppArmor profile name: " + io.k8j.model.api.GoQuote.quote(value));
        }
    }

    private static boolean isInt32(String text) {
        try {
            Integer.parseInt(text);
            return !text.startsWith("+") && (text.equals("0") || !text.startsWith("0"));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static void seccomp(Findings f, Place profile) {
        String value = profile.text();
        if (value.equals("runtime/default") || value.equals("docker/default") || value.equals("unconfined")) {
            return;
        }
        if (value.startsWith("localhost/")) {
            PathValidation.localDescending(f, profile.with(value.substring("localhost/".length())));
        } else {
            f.invalid(profile, value, "must be a valid seccomp profile");
        }
    }

    /** Profiles that stand both in annotations and in fields must be the same. */
    static void sameProfiles(Findings f, Place annotations, Place spec) {
        Place whole = spec.at("securityContext", "seccompProfile");
        same(f, "seccomp", annotations.field(SECCOMP_POD), whole, whole);
        PodSpecValidation.eachContainer(spec, c -> {
            Place own = c.at("securityContext", "seccompProfile");
            same(f, "seccomp", annotations.field(SECCOMP_CONTAINER + c.text("name")), own, own);
        });
        if (spec.at("os", "name").text().equals("windows")) {
            return;
        }
        PodSpecValidation.eachContainer(spec, c -> {
            Place own = c.at("securityContext", "appArmorProfile");
            Place used = own.present() ? own : spec.at("securityContext", "appArmorProfile");
            same(f, "apparmor", annotations.field(APP_ARMOR + c.text("name")), used, own);
        });
    }

    private static void same(Findings f, String what, Place annotation, Place profile, Place at) {
        if (annotation.absent() || profile.absent()) {
            return;
        }
        String value = annotation.text();
        String type = profile.text("type");
        boolean right = switch (type) {
            case "Unconfined" -> value.equals("unconfined");
            case "RuntimeDefault" ->
                value.equals("runtime/default") || what.equals("seccomp") && value.equals("docker/default");
            case "Localhost" -> value.startsWith("localhost/");
            default -> true;
        };
        if (!right) {
            f.forbidden(at.field("type"), what + " type in annotation and field must match");
        } else if (type.equals("Localhost") && !value.equals("localhost/" + profile.text("localhostProfile"))) {
            f.forbidden(at.field("localhostProfile"), what + " profile in annotation and field must match");
        }
    }

    static void updates(Findings f, Place pod, Place old) {
        Place now = pod.at("metadata", "annotations");
        Place before = old.at("metadata", "annotations");
        for (String key : Meta.sorted(before).keySet()) {
            boolean changed =
                    !Trees.deepEquals(now.field(key).value(), before.field(key).value());
            if (changed && key.startsWith(APP_ARMOR)) {
                f.forbidden(now.key(key), "may not remove or update AppArmor annotations");
            }
            if (changed && key.equals(MIRROR)) {
                f.forbidden(now.key(key), "may not remove or update mirror pod annotation");
            }
        }
        for (String key : Meta.sorted(now).keySet()) {
            if (before.field(key).present()) {
                continue;
            }
            if (key.startsWith(APP_ARMOR)) {
                f.forbidden(now.key(key), "may not add AppArmor annotations");
            }
            if (key.equals(MIRROR)) {
                f.forbidden(now.key(key), "may not add mirror pod annotation");
            }
        }
    }
}
