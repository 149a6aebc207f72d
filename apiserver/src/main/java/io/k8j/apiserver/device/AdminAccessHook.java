package io.k8j.apiserver.device;

import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.verb.WriteHook;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.ApiObject;
import io.k8j.model.api.FieldError;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lets claims of devices that are in use already be made only in namespaces that are marked for it. */
public final class AdminAccessHook implements WriteHook {
    private static final GroupVersionResource NAMESPACES = new GroupVersionResource("", "v1", "namespaces");
    private static final String LABEL = "resource.kubernetes.io/admin-access";

    private final ObjectReader reader;
    private final GroupVersionKind kind;
    private final String[] requests;

    /** @param path of the requests in objects of the kind */
    private AdminAccessHook(ObjectReader reader, String kind, String... path) {
        this.reader = reader;
        this.kind = new GroupVersionKind("resource.k8s.io", "v1", kind);
        this.requests = path;
    }

    static AdminAccessHook ofClaims(ObjectReader reader) {
        return new AdminAccessHook(reader, "ResourceClaim", "spec", "devices", "requests");
    }

    public static AdminAccessHook ofTemplates(ObjectReader reader) {
        return new AdminAccessHook(reader, "ResourceClaimTemplate", "spec", "spec", "devices", "requests");
    }

    @Override
    public Reservation beforeCreate(RequestContext context, Map<String, Object> object) {
        List<Place> all = Place.of(object).at(requests).items();
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).field("exactly").isTrue("adminAccess")) continue;
            // Upstream names the same place for claims and templates.
            List<FieldError> errors = errors(context, "spec.devices.requests[" + i + "].adminAccess");
            String name = Place.of(object).at("metadata", "name").text();
            if (!errors.isEmpty()) throw ApiException.invalid(kind, name, errors);
            break;
        }
        return Reservation.NOTHING;
    }

    /** What is wrong with a grant in a claim's status. */
    List<FieldError> statusErrors(RequestContext context, Map<String, Object> object, Map<String, Object> old) {
        int granted = firstGrant(object);
        return granted < 0 || firstGrant(old) >= 0 // an allocation never changes
                ? List.of()
                : errors(context, "status.allocation.devices.results[" + granted + "].adminAccess");
    }

    private static int firstGrant(Map<String, Object> claim) {
        List<Place> results =
                Place.of(claim).at("status", "allocation", "devices", "results").items();
        for (int i = 0; i < results.size(); i++) if (results.get(i).isTrue("adminAccess")) return i;
        return -1;
    }

    private List<FieldError> errors(RequestContext context, String field) {
        return isMarked(context.namespace())
                ? List.of()
                : List.of(FieldError.forbidden(
                        field,
                        "admin access to devices requires the `%s: true` label on the containing namespace"
                                .formatted(LABEL)));
    }

    private boolean isMarked(String namespace) {
        Optional<ApiObject> found = reader.get(NAMESPACES, "", namespace);
        return found.isPresent() && "true".equals(found.get().labels().get(LABEL));
    }
}
