package io.k8j.model.api;

import java.util.List;

/**
 * A successful answer.
 *
 * @param code HTTP status, 200 to 202
 * @param object the object, or for deletions the deleted object or a Status; null for lists
 * @param list the list; null for single objects
 * @param warnings texts of the Warning headers, in order
 */
public record ApiResponse(int code, ApiObject object, ApiList list, List<String> warnings) {
    /** One page or all of a collection, as seen at one revision. */
    public record ApiList(
            List<ApiObject> items, String resourceVersion, String continueToken, Long remainingItemCount) {}
}
