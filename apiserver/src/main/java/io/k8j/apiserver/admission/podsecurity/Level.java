package io.k8j.apiserver.admission.podsecurity;

import java.util.Locale;

/** How much a Pod may ask for; each level is stricter than the one before. */
public enum Level {
    PRIVILEGED,
    BASELINE,
    RESTRICTED;

    static final String WORDS = "privileged, baseline, restricted";

    /** The level of that name, or null. */
    static Level of(String word) {
        for (Level level : values()) if (level.toString().equals(word)) return level;
        return null;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
