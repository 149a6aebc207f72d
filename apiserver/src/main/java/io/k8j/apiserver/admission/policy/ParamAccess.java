package io.k8j.apiserver.admission.policy;

import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.apiserver.spi.AdmissionRequest.Operation;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.apiserver.validation.Place;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.validation.GoText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Who writes a policy or a binding must be able to read the parameters that it names, or policies would tell what is in
 * them. Upstream does this where they are stored, once they are well-formed; so it is the first of the refusing steps
 * here.
 */
public final class ParamAccess implements AdmissionPlugin {
    private static final String GROUP = "admissionregistration.k8s.io";
    private static final String SUPERUSERS = "system:masters";
    private static final String ALL = "*";
    /** Bindings and the policies that they bind. */
    private static final Map<String, String> BINDINGS = Map.of(
            "validatingadmissionpolicybindings", "validatingadmissionpolicies",
            "mutatingadmissionpolicybindings", "mutatingadmissionpolicies");

    private final ObjectReader reader;
    private final Authorizer authorizer;
    private final Function<GroupVersionKind, GroupVersionResource> kinds;

    /** Where parameters are: what is not known is everything. */
    private record Target(String group, String version, String resource, boolean resolved) {
        static final Target ANYTHING = new Target(ALL, ALL, ALL, true);
    }

    /** @param kinds finds where a kind is served; null if it is not */
    public ParamAccess(
            ObjectReader reader, Authorizer authorizer, Function<GroupVersionKind, GroupVersionResource> kinds) {
        this.reader = reader;
        this.authorizer = authorizer;
        this.kinds = kinds;
    }

    @Override
    public String name() {
        return "ParamAccess";
    }

    @Override
    public boolean handles(AdmissionRequest request) {
        GroupVersionResource resource = request.context().resource();
        return resource.group().equals(GROUP)
                && (request.operation() == Operation.CREATE || request.operation() == Operation.UPDATE)
                && request.context().subresource().isEmpty()
                && (BINDINGS.containsKey(resource.resource()) || BINDINGS.containsValue(resource.resource()));
    }

    @Override
    public void validate(AdmissionRequest request) {
        if (request.context().user().groups().contains(SUPERUSERS)) {
            return;
        }
        String resource = request.context().resource().resource();
        Place spec = Place.of(request.object()).field("spec");
        if (BINDINGS.containsKey(resource)) {
            binding(request, spec, BINDINGS.get(resource));
        } else {
            policy(request, spec.field("paramKind"));
        }
    }

    private void policy(AdmissionRequest request, Place kind) {
        boolean same = request.old() != null
                && kind.map()
                        .equals(Place.of(request.old()).at("spec", "paramKind").map());
        if (kind.absent() || same) {
            return;
        }
        if (!may(request, "get", target(kind), ALL, ALL)) {
            String why = "user %s must have \"get\" permission on all objects of the referenced paramKind (kind=%s,"
                    + " apiVersion=%s)";
            throw refusal(request, kind, why.formatted(user(request), kind.text("kind"), kind.text("apiVersion")));
        }
    }

    // Upstream compares references by what their pointers are, so that a reference is always taken as a new one.
    private void binding(AdmissionRequest request, Place spec, String policies) {
        Place ref = spec.field("paramRef");
        if (ref.absent()) {
            return;
        }
        String policy = spec.text("policyName");
        String verb = ref.text("name").isEmpty() ? "list" : "get";
        Optional<Place> kind = reader.get(new GroupVersionResource(GROUP, "v1", policies), "", policy)
                .map(found -> Place.of(found.tree()).at("spec", "paramKind"));
        Target target = kind.filter(Place::present).map(this::target).orElse(Target.ANYTHING);
        if (may(request, verb, target, ref.text("namespace"), ref.text("name"))) {
            return;
        }
        String minimum = " to determine minimum required permissions and user %s does not have \"%s\" permission for"
                + " all groups, versions and resources";
        String user = user(request);
        if (kind.isEmpty()) {
            throw refusal(request, ref, "unable to get policy " + policy + minimum.formatted(user, verb));
        }
        if (!target.resolved()) {
            String shown = "&{%s %s}"
                    .formatted(kind.get().text("apiVersion"), kind.get().text("kind"));
            throw refusal(request, ref, "unable to resolve paramKind " + shown + minimum.formatted(user, verb));
        }
        // upstream swaps the two for policies that change objects
        boolean swapped = policies.equals("mutatingadmissionpolicies");
        throw refusal(
                request,
                ref,
                "user %s does not have \"%s\" permission on the object referenced by paramRef"
                        .formatted(swapped ? verb : user, swapped ? user : verb));
    }

    private Target target(Place paramKind) {
        GroupVersionKind kind = GroupVersionKind.of(paramKind.text("apiVersion"), paramKind.text("kind"));
        GroupVersionResource found = kinds.apply(kind);
        return new Target(kind.group(), kind.version(), found == null ? ALL : found.resource(), found != null);
    }

    private boolean may(AdmissionRequest request, String verb, Target target, String namespace, String name) {
        Attributes wanted = new Attributes(
                request.context().user(),
                verb,
                target.group(),
                target.version(),
                target.resource(),
                "",
                namespace,
                name,
                null);
        return authorizer.authorize(wanted) instanceof Decision.Allow;
    }

    private static String user(AdmissionRequest request) {
        UserInfo user = request.context().user();
        return "&{%s %s %s %s}"
                .formatted(user.name(), user.uid(), GoText.format(user.groups()), GoText.format(user.extra()));
    }

    private static ApiException refusal(AdmissionRequest request, Place place, String why) {
        return ApiException.invalid(
                request.kind(),
                Place.of(request.object()).at("metadata", "name").text(),
                List.of(FieldError.forbidden(place.path(), why)));
    }
}
