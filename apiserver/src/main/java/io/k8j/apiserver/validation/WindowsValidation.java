package io.k8j.apiserver.validation;

import java.util.List;
import java.util.regex.Pattern;

/** Checks what Pods say about Windows, and that Pods for Windows say nothing that only Linux knows. */
final class WindowsValidation {
    private static final String LINUX_ONLY = "cannot be set for a windows pod";
    private static final int SPEC_LIMIT = 64 * 1024;
    private static final int DOMAIN_LIMIT = 256;
    private static final int USER_LIMIT = 104;
    private static final Pattern NET_BIOS = Pattern.compile("[^\\\\/:*?\"<>|.][^\\\\/:*?\"<>|]{0,14}");
    private static final String DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    private static final Pattern DNS = Pattern.compile(DNS_LABEL + "(?:\\." + DNS_LABEL + ")*");
    private static final String FORBIDDEN = "\"/\\:;|=,+*?<>@[]";

    private WindowsValidation() {}

    /** What a Pod whose {@code os} is Windows must leave out. */
    static void pod(Findings f, Place spec) {
        Place context = spec.field("securityContext");
        for (Place field :
                List.of(context.field("appArmorProfile"), context.field("seLinuxOptions"), spec.field("hostUsers"))) {
            absent(f, field);
        }
        for (String flag : List.of("hostPID", "hostIPC")) {
            if (spec.isTrue(flag)) {
                f.forbidden(spec.field(flag), LINUX_ONLY);
            }
        }
        for (String field : List.of("seccompProfile", "fsGroup", "fsGroupChangePolicy")) {
            absent(f, context.field(field));
        }
        if (!context.field("sysctls").isEmpty()) {
            f.forbidden(context.field("sysctls"), LINUX_ONLY);
        }
        absent(f, spec.field("shareProcessNamespace"));
        for (String field : List.of(
                "runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy")) {
            absent(f, context.field(field));
        }
        PodSpecValidation.eachContainer(spec, c -> {
            for (String field : List.of(
                    "appArmorProfile",
                    "seLinuxOptions",
                    "seccompProfile",
                    "capabilities",
                    "readOnlyRootFilesystem",
                    "privileged",
                    "allowPrivilegeEscalation",
                    "procMount",
                    "runAsUser",
                    "runAsGroup")) {
                absent(f, c.at("securityContext", field));
            }
        });
    }

    private static void absent(Findings f, Place field) {
        if (field.present()) {
            f.forbidden(field, LINUX_ONLY);
        }
    }

    /** Containers that are processes of the host: all or none, and only with the host's network. */
    static void hostProcess(Findings f, Place spec) {
        Place whole = spec.at("securityContext", "windowsOptions", "hostProcess");
        int[] counts = new int[2];
        PodSpecValidation.eachContainer(spec, c -> {
            counts[0]++;
            Place own = c.at("securityContext", "windowsOptions", "hostProcess");
            if (whole.present() && own.present() && whole.isTrue() != own.isTrue()) {
                f.invalid(own, "pod hostProcess value must be identical if both are specified, was " + whole.value());
            }
            if (own.present() ? own.isTrue() : whole.isTrue()) {
                counts[1]++;
            }
        });
        if (counts[1] == 0) {
            return;
        }
        if (counts[0] != counts[1]) {
            f.invalid(
                    spec,
                    "",
                    "If pod contains any hostProcess containers then all containers must be HostProcess containers");
        }
        if (!spec.isTrue("hostNetwork")) {
            f.invalid(
                    spec.field("hostNetwork"),
                    false,
                    "hostNetwork must be true if pod contains any hostProcess containers");
        }
    }

    /** The options of a Pod or a container. */
    static void options(Findings f, Place options) {
        Place spec = options.field("gmsaCredentialSpecName");
        if (spec.present()) {
            Meta.dnsSubdomain(f, spec);
        }
        Place credential = options.field("gmsaCredentialSpec");
        if (credential.present() && credential.text().isEmpty()) {
            f.invalid(credential, "gmsaCredentialSpec cannot be an empty string");
        } else if (credential.text().length() > SPEC_LIMIT) {
            f.invalid(credential, "gmsaCredentialSpec size must be under 64 KiB");
        }
        if (options.field("runAsUserName").present()) {
            userName(f, options.field("runAsUserName"));
        }
    }

    private static void userName(Findings f, Place at) {
        String name = at.text();
        int slash = name.indexOf('\\');
        if (name.isEmpty()) {
            f.invalid(at, "runAsUserName cannot be an empty string");
        } else if (name.chars().anyMatch(c -> c < 0x20 || c == 0x7f)) {
            f.invalid(at, "runAsUserName cannot contain control characters");
        } else if (slash != name.lastIndexOf('\\')) {
            f.invalid(at, "runAsUserName cannot contain more than one backslash");
        } else {
            if (slash >= 0) {
                domain(f, at, name.substring(0, slash));
            }
            user(f, at, name.substring(slash + 1));
        }
    }

    private static void domain(Findings f, Place at, String domain) {
        if (domain.length() >= DOMAIN_LIMIT) {
            f.invalid(at, "runAsUserName's Domain length must be under " + DOMAIN_LIMIT + " characters");
        }
        if (!NET_BIOS.matcher(domain).matches() && !DNS.matcher(domain).matches()) {
            f.invalid(at, "runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
    }

    private static void user(Findings f, Place at, String user) {
        if (user.isEmpty()) {
            f.invalid(at, "runAsUserName's User cannot be empty");
        } else if (user.length() > USER_LIMIT) {
            f.invalid(at, "runAsUserName's User length must not be longer than " + USER_LIMIT + " characters");
        }
        if (!user.isEmpty() && user.chars().allMatch(c -> c == '.' || c == ' ')) {
            f.invalid(at, "runAsUserName's User cannot contain only periods or spaces");
        }
        if (user.chars().anyMatch(c -> FORBIDDEN.indexOf(c) >= 0)) {
            f.invalid(at, "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
        }
    }
}
