package io.k8j.apiserver.admission;

import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.json.Trees;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a step that changes objects on behalf of others remembers between the rounds of a request: who wants to be asked
 * again, because somebody after it changed the object. One thread uses it.
 */
public class Reinvocation {
    private final Set<String> asked = new HashSet<>();
    private final Set<String> wanted = new HashSet<>();
    private Map<String, Object> left;

    /** Begins a round; in the second one, other steps may have changed what this one left. */
    public void begin(AdmissionRequest request) {
        if (request.rounds().isSecond() && !Trees.deepEquals(left, request.object())) changed();
    }

    /** The object was changed: whoever was asked so far is to be asked again. */
    public void changed() {
        wanted.addAll(asked);
        asked.clear();
    }

    /** Somebody who wants to be asked again if the object changes later was asked. */
    public void asked(String uid) {
        asked.add(uid);
    }

    /** Whether somebody is to be asked in the second round. */
    public boolean isWanted(String uid) {
        return wanted.contains(uid);
    }

    /** Ends a round. */
    public void end(AdmissionRequest request) {
        left = request.object() == null ? null : Trees.deepCopy(request.object());
    }
}
