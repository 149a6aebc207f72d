package io.k8j.apiserver.meta;

import java.util.random.RandomGenerator;

/** Makes names from {@code metadata.generateName}: the prefix and five random characters that spell no words. */
public final class NameGenerator {
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SUFFIX = 5;
    private static final int MAX_PREFIX = 63 - SUFFIX;

    private NameGenerator() {}

    /** A name with this prefix, which is cut so that the whole has 63 characters at most. */
    public static String generate(String prefix, RandomGenerator random) {
        StringBuilder name = new StringBuilder(prefix.length() > MAX_PREFIX ? prefix.substring(0, MAX_PREFIX) : prefix);
        for (int i = 0; i < SUFFIX; i++) name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        return name.toString();
    }
}
