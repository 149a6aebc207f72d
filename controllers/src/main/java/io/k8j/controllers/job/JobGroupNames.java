package io.k8j.controllers.job;

import io.k8j.controllers.support.StableHash;

/** Names of what Jobs make for their gangs: the same for the same Job, within the length of a DNS name. */
final class JobGroupNames {
    private static final int LONGEST = 253;

    private JobGroupNames() {}

    static String workload(String job, String uid) {
        String hash = StableHash.ofText("(types.UID)" + uid); // as upstream writes a value with its type
        return shortened(job, LONGEST - hash.length() - 1) + "-" + hash;
    }

    /** Long names share the room; what one of them does not need is the other's. */
    static String group(String workload, String template) {
        String hash = StableHash.ofText(workload + template);
        int room = LONGEST - hash.length() - 2;
        int half = room / 2;
        int ofWorkload = workload.length();
        int ofTemplate = template.length();
        if (ofWorkload + ofTemplate > room) {
            if (ofWorkload <= half) {
                ofTemplate = room - ofWorkload;
            } else if (ofTemplate <= half) {
                ofWorkload = room - ofTemplate;
            } else {
                ofWorkload = room - half;
                ofTemplate = half;
            }
        }
        return workload.substring(0, ofWorkload) + "-" + template.substring(0, ofTemplate) + "-" + hash;
    }

    private static String shortened(String text, int most) {
        return text.length() > most ? text.substring(0, most) : text;
    }
}
