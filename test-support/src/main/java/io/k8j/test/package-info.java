/** What the tests of all modules share. It is found by JUnit; no test calls it. */
package io.k8j.test;
