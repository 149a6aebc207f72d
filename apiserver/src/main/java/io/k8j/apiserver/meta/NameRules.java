package io.k8j.apiserver.meta;

import io.k8j.apiserver.validation.AddressValidation;
import io.k8j.model.resource.GroupResource;
import io.k8j.model.validation.Names;
import java.util.List;

/** Which grammar a resource's names follow. Most are DNS subdomains. */
final class NameRules {
    private NameRules() {}

    /**
     * What is wrong with a name, in upstream's words.
     *
     * @param prefix whether something will follow, so that a dash may end it
     */
    static List<String> check(GroupResource resource, String name, boolean prefix) {
        String group = resource.group();
        return switch (resource.resource()) {
            case "roles", "clusterroles", "rolebindings", "clusterrolebindings" ->
                group.equals("rbac.authorization.k8s.io") ? Names.pathSegment(name) : subdomain(name, prefix);
            case "namespaces" -> group.isEmpty() ? Names.dns1123Label(masked(name, prefix)) : subdomain(name, prefix);
            case "services" -> group.isEmpty() ? Names.dns1123Label(masked(name, prefix)) : subdomain(name, prefix);
            case "ipaddresses" ->
                group.equals("networking.k8s.io") ? AddressValidation.strictIp(name) : subdomain(name, prefix);
            case "apiservices", "customresourcedefinitions" -> List.of(); // their own strategies compare with the spec
            case "certificatesigningrequests" -> prefix ? List.of() : Names.pathSegment(name);
            case "deviceclasses" -> prefix ? List.of() : subdomain(name, false); // the schema knows of names only
            case "events" -> Names.pathSegment(name);
            default -> subdomain(name, prefix);
        };
    }

    private static List<String> subdomain(String name, boolean prefix) {
        return Names.dns1123Subdomain(masked(name, prefix));
    }

    // Upstream really takes off two characters.
    private static String masked(String name, boolean prefix) {
        if (!prefix || name.length() < 2 || !name.endsWith("-")) return name;
        return name.substring(0, name.length() - 2) + "a";
    }
}
