/* As the core has it. */
#include "ed_seldom.h"
