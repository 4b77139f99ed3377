// What most test files begin with, read once for all of them, as .ci/precompiled.h is for others.
#include <doctest/doctest.h>

#include "../.ci/precompiled.h"
